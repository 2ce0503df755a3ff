import { sandboxMethods } from "../../src/adapters/provider/sandbox-provider.js";
import { sha256Digest } from "../../src/adapters/system/sha256-digest.js";
import type { PaymentId } from "../../src/domain/ids.js";
import { totalOf } from "../../src/domain/money.js";
import type { Order } from "../../src/domain/order.js";
import { hasEnded } from "../../src/domain/order.js";
import { isOpen, type Verdict } from "../../src/domain/payment.js";
import type { OrderLedger, StockRow } from "../support/order-ledger.js";
import type { ShufflingBus } from "../support/shuffling-bus.js";

/** Reads the order's timeline, not its status, so that an event which a lost update erased is missed too. */
const happened = ({ timeline }: Order, event: string): boolean => timeline.some((entry) => entry.event === event);
const isSold = (order: Order): boolean => happened(order, "order.confirmed");
const isHeld = (order: Order): boolean =>
  happened(order, "stock.reserved") && !happened(order, "order.cancelled") && !isSold(order);

const unitsIn = (orders: readonly Order[], { productId }: StockRow): number =>
  orders
    .flatMap(({ lines }) => lines)
    .reduce((sum, line) => sum + (line.productId === productId ? line.quantity : 0), 0);

const brokenStock = (ledger: OrderLedger, orders: readonly Order[]): readonly string[] => {
  const held = orders.filter(isHeld);
  const sold = orders.filter(isSold);
  return ledger.stocks().flatMap((stock) => {
    const { productId, initial, restocked, onHand, reserved } = stock;
    const stockText = `${productId}: ${JSON.stringify(stock)}`;
    return [
      ...(initial + restocked !== onHand + reserved + stock.sold || Math.min(onHand, reserved, stock.sold) < 0
        ? [`O1 the units do not add up: ${stockText}`]
        : []),
      ...(unitsIn(held, stock) !== reserved || unitsIn(sold, stock) !== stock.sold
        ? [`O3 orders hold ${unitsIn(held, stock)} and bought ${unitsIn(sold, stock)} of ${stockText}`]
        : []),
    ];
  });
};

const brokenCoupons = (ledger: OrderLedger, orders: readonly Order[]): readonly string[] =>
  ledger.coupons().flatMap(({ userCouponId, status, orderId }) => {
    const users = orders.filter(
      (order) =>
        order.userCouponId === userCouponId &&
        happened(order, "coupon.redeemed") &&
        !happened(order, "order.cancelled"),
    );
    const userIds = users.map((order) => order.orderId).join();
    return userIds === (orderId ?? "") && status === (orderId === null ? "issued" : "used")
      ? []
      : [`O4 ${userCouponId} is ${status} by ${orderId ?? "none"} and used by ${userIds || "none"}`];
  });

/** Returns a line for each broken promise, of those that hold at every moment. */
export const brokenNow = (ledger: OrderLedger): readonly string[] => {
  const orders = ledger.orders();
  return [...brokenStock(ledger, orders), ...brokenCoupons(ledger, orders)];
};

const verdictOn = (ledger: OrderLedger, paymentId: PaymentId): Verdict | undefined =>
  ledger.providerBook().find((entry) => entry.paymentId === paymentId)?.verdict;

const brokenMoney = (ledger: OrderLedger): readonly string[] => {
  const confirmed = ledger.orders().filter((order) => order.status === "confirmed");
  const expected = confirmed.reduce((sum, order) => sum + totalOf(order), 0);
  return [
    ...(ledger.captured() === expected ? [] : [`P1 captured ${ledger.captured()}, confirmed orders cost ${expected}`]),
    ...ledger.payments().flatMap(({ paymentId, status, amount }) => {
      const verdict = verdictOn(ledger, paymentId);
      const isConsistent = status === "succeeded" ? amount === 0 || verdict === "captured" : verdict !== "captured";
      return isConsistent ? [] : [`P1 payment ${paymentId} is ${status}, but ${verdict} at the provider`];
    }),
    ...confirmed.flatMap((order) => {
      const paid = ledger.payments().filter(({ subject, status }) => {
        return subject.kind === "order" && subject.orderId === order.orderId && status === "succeeded";
      });
      return paid.length === 1 && paid[0]?.paymentId === order.paymentId
        ? []
        : [`P1 order ${order.orderId} has ${paid.length} payments`];
    }),
  ];
};

const brokenSales = (ledger: OrderLedger): readonly string[] => {
  const sales = ledger.sales();
  return ledger.stocks().flatMap(({ productId, sold }) => {
    const recorded = sales
      .filter((sale) => sale.productId === productId)
      .reduce((sum, { quantity }) => sum + quantity, 0);
    return recorded === sold ? [] : [`D1 ${sold} of ${productId} were sold, but the sales have ${recorded}`];
  });
};

/** Returns the ids of the events that the outbox must have sent. */
const expectedEvents = (ledger: OrderLedger): readonly string[] => [
  ...ledger.orders().flatMap(({ orderId, timeline }) => timeline.map(({ event }) => `${event}:${orderId}`)),
  ...ledger
    .payments()
    .flatMap(({ paymentId, status }) => (status === "succeeded" ? [`payment.confirmed:${paymentId}`] : [])),
  ...ledger.sales().map(({ saleId }) => `product.sold:${saleId}`),
];

const brokenEvents = (ledger: OrderLedger, bus: ShufflingBus): readonly string[] => {
  const expected = new Set(expectedEvents(ledger));
  const lost = [...expected].filter((id) => !bus.publishedIds.has(id));
  const unknown = [...bus.publishedIds].filter((id) => !expected.has(id));
  return [
    ...(ledger.unsent() === 0 ? [] : [`outbox ${ledger.unsent()} events are never marked as sent`]),
    ...(lost.length === 0 ? [] : [`outbox never sent: ${lost.join(" ")}`]),
    ...(unknown.length === 0 ? [] : [`outbox sent unknown events: ${unknown.join(" ")}`]),
  ];
};

const brokenEnds = (ledger: OrderLedger): readonly string[] => [
  ...ledger.orders().flatMap((order) => (hasEnded(order) ? [] : [`O2 order ${order.orderId} stays ${order.status}`])),
  ...ledger.payments().flatMap((payment) => (isOpen(payment) ? [`O2 payment ${payment.paymentId} stays open`] : [])),
  ...ledger
    .orders()
    .flatMap((order) =>
      order.status === "cancelled" && order.reason === "internal"
        ? [`step order ${order.orderId} was cancelled with reason internal`]
        : [],
    ),
];

/** Returns a line for each broken promise after all work has ended. */
export const brokenAtTheEnd = (ledger: OrderLedger, bus: ShufflingBus): readonly string[] => [
  ...brokenNow(ledger),
  ...brokenEnds(ledger),
  ...brokenMoney(ledger),
  ...brokenSales(ledger),
  ...brokenEvents(ledger, bus),
];

/** Whether all work has ended. */
export const isIdle = (ledger: OrderLedger, bus: ShufflingBus): boolean =>
  bus.isIdle && ledger.unsent() === 0 && ledger.orders().every(hasEnded) && !ledger.payments().some(isOpen);

/** Returns how orders and payments ended, so that a test can check which outcomes its seeds reach. */
export const outcomesIn = (ledger: OrderLedger): readonly string[] => [
  ...ledger.orders().map((order) => {
    if (order.status !== "confirmed") return order.status === "cancelled" ? order.reason : order.status;
    const coupon = order.userCouponId === null ? "" : " with a coupon";
    return totalOf(order) === 0 ? `confirmed for free${coupon}` : `confirmed${coupon}`;
  }),
  ...ledger.payments().map(({ paymentId, status, methodDigest, amount }) => {
    const method = sandboxMethods.find((name) => sha256Digest(name) === methodDigest);
    const verdict = amount === 0 ? "free" : (verdictOn(ledger, paymentId) ?? "no answer");
    return `${method}: ${status}, ${verdict}`;
  }),
];
