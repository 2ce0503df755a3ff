import type { PaymentId } from "../../src/domain/ids.js";
import { totalOf } from "../../src/domain/money.js";
import type { Order } from "../../src/domain/order.js";
import { hasEnded } from "../../src/domain/order.js";
import { isOpen, type Verdict } from "../../src/domain/payment.js";
import type { OrderLedger, StockRow } from "../support/order-ledger.js";
import type { ShufflingBus } from "../support/shuffling-bus.js";

/** Told by the order's timeline, not by its status: what a lost update erased is missed as well. */
const happened = ({ timeline }: Order, event: string): boolean => timeline.some((entry) => entry.event === event);
const isSold = (order: Order): boolean => happened(order, "order.confirmed");
const isHeld = (order: Order): boolean =>
  happened(order, "stock.reserved") && !happened(order, "order.cancelled") && !isSold(order);

const unitsIn = (orders: readonly Order[], { productId }: StockRow): number =>
  orders
    .flatMap(({ lines }) => lines)
    .reduce((sum, line) => sum + (line.productId === productId ? line.quantity : 0), 0);

const stockFaults = (ledger: OrderLedger, orders: readonly Order[]): readonly string[] => {
  const held = orders.filter(isHeld);
  const sold = orders.filter(isSold);
  return ledger.stocks().flatMap((stock) => {
    const { productId, initial, restocked, onHand, reserved } = stock;
    const units = `${productId}: ${JSON.stringify(stock)}`;
    return [
      ...(initial + restocked !== onHand + reserved + stock.sold || Math.min(onHand, reserved, stock.sold) < 0
        ? [`O1 units are lost or made of ${units}`]
        : []),
      ...(unitsIn(held, stock) !== reserved || unitsIn(sold, stock) !== stock.sold
        ? [`O3 orders hold ${unitsIn(held, stock)} and bought ${unitsIn(sold, stock)} of ${units}`]
        : []),
    ];
  });
};

const couponFaults = (ledger: OrderLedger, orders: readonly Order[]): readonly string[] =>
  ledger.coupons().flatMap(({ userCouponId, status, orderId }) => {
    const served = orders.filter(
      (order) =>
        order.userCouponId === userCouponId &&
        happened(order, "coupon.redeemed") &&
        !happened(order, "order.cancelled"),
    );
    const serves = served.map((order) => order.orderId).join();
    return serves === (orderId ?? "") && status === (orderId === null ? "issued" : "used")
      ? []
      : [`O4 ${userCouponId} is ${status} by ${orderId ?? "none"}, and serves ${serves || "none"}`];
  });

/** Promises that hold at every moment; a line for each that does not. */
export const brokenNow = (ledger: OrderLedger): readonly string[] => {
  const orders = ledger.orders();
  return [...stockFaults(ledger, orders), ...couponFaults(ledger, orders)];
};

const verdictOn = (ledger: OrderLedger, paymentId: PaymentId): Verdict | undefined =>
  ledger.book().find((entry) => entry.paymentId === paymentId)?.verdict;

const moneyFaults = (ledger: OrderLedger): readonly string[] => {
  const confirmed = ledger.orders().filter((order) => order.status === "confirmed");
  const due = confirmed.reduce((sum, order) => sum + totalOf(order), 0);
  return [
    ...(ledger.captured() === due ? [] : [`P1 captured ${ledger.captured()}, confirmed orders are worth ${due}`]),
    ...ledger.payments().flatMap(({ paymentId, status, amount }) => {
      const verdict = verdictOn(ledger, paymentId);
      const fits = status === "succeeded" ? amount === 0 || verdict === "captured" : verdict !== "captured";
      return fits ? [] : [`P1 payment ${paymentId} is ${status}, and at the provider ${verdict}`];
    }),
    ...confirmed.flatMap((order) => {
      const paid = ledger.payments().filter(({ subject, status }) => {
        return subject.kind === "order" && subject.orderId === order.orderId && status === "succeeded";
      });
      return paid.length === 1 && paid[0]?.paymentId === order.paymentId
        ? []
        : [`P1 order ${order.orderId} was paid for ${paid.length} times`];
    }),
  ];
};

const saleFaults = (ledger: OrderLedger): readonly string[] => {
  const sales = ledger.sales();
  return ledger.stocks().flatMap(({ productId, sold }) => {
    const told = sales.filter((sale) => sale.productId === productId).reduce((sum, { quantity }) => sum + quantity, 0);
    return told === sold ? [] : [`D1 ${sold} of ${productId} were sold, and ${told} are in the sales`];
  });
};

/** The ids of all that has happened, as the outbox must have told it. */
const factsIn = (ledger: OrderLedger): readonly string[] => [
  ...ledger.orders().flatMap(({ orderId, timeline }) => timeline.map(({ event }) => `${event}:${orderId}`)),
  ...ledger
    .payments()
    .flatMap(({ paymentId, status }) => (status === "succeeded" ? [`payment.confirmed:${paymentId}`] : [])),
  ...ledger.sales().map(({ saleId }) => `product.sold:${saleId}`),
];

const eventFaults = (ledger: OrderLedger, bus: ShufflingBus): readonly string[] => {
  const facts = new Set(factsIn(ledger));
  const lost = [...facts].filter((id) => !bus.accepted.has(id));
  const made = [...bus.accepted].filter((id) => !facts.has(id));
  return [
    ...(ledger.unsent() === 0 ? [] : [`outbox ${ledger.unsent()} events are sent without end`]),
    ...(lost.length === 0 ? [] : [`outbox never told: ${lost.join(" ")}`]),
    ...(made.length === 0 ? [] : [`outbox told what never was: ${made.join(" ")}`]),
  ];
};

const endFaults = (ledger: OrderLedger): readonly string[] => [
  ...ledger
    .orders()
    .flatMap((order) => (hasEnded(order) ? [] : [`O2 order ${order.orderId} is ${order.status} for ever`])),
  ...ledger
    .payments()
    .flatMap((payment) => (isOpen(payment) ? [`O2 payment ${payment.paymentId} is open for ever`] : [])),
  ...ledger
    .orders()
    .flatMap((order) =>
      order.status === "cancelled" && order.reason === "internal" ? [`step order ${order.orderId} was given up`] : [],
    ),
];

/** Promises that hold once all is quiet. */
export const brokenAtTheEnd = (ledger: OrderLedger, bus: ShufflingBus): readonly string[] => [
  ...brokenNow(ledger),
  ...endFaults(ledger),
  ...moneyFaults(ledger),
  ...saleFaults(ledger),
  ...eventFaults(ledger, bus),
];

/** Whether nothing is left to do. */
export const isQuiet = (ledger: OrderLedger, bus: ShufflingBus): boolean =>
  bus.isQuiet && ledger.unsent() === 0 && ledger.orders().every(hasEnded) && !ledger.payments().some(isOpen);

/** How the orders and payments ended, so that a test can tell whether its seeds have met all that may happen. */
export const endsIn = (ledger: OrderLedger): readonly string[] => [
  ...ledger.orders().map((order) => {
    if (order.status !== "confirmed") return order.status === "cancelled" ? order.reason : order.status;
    const coupon = order.userCouponId === null ? "" : " with a coupon";
    return totalOf(order) === 0 ? `confirmed for nothing${coupon}` : `confirmed${coupon}`;
  }),
  ...ledger.payments().map(({ paymentId, status, method, amount }) => {
    const verdict = amount === 0 ? "of nothing" : (verdictOn(ledger, paymentId) ?? "unheard");
    return `${method}: ${status}, ${verdict}`;
  }),
];
