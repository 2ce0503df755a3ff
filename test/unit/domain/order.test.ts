import { describe, expect, it } from "vitest";
import type { Discount } from "../../../src/domain/coupon.js";
import type { OrderId, PaymentId, ProductId, UserCouponId, UserId } from "../../../src/domain/ids.js";
import { type Money, totalOf } from "../../../src/domain/money.js";
import {
  cancel,
  confirm,
  holdsStock,
  type Order,
  place,
  price,
  redeem,
  releasePayment,
  reserve,
  startPayment,
} from "../../../src/domain/order.js";
import { DomainError } from "../../../src/domain/problem.js";
import type { CancelReason } from "../../../src/domain/reasons.js";
import type { EpochMs } from "../../../src/domain/time.js";

const at = (ms: number) => ms as EpochMs;
const won = (amount: number) => amount as Money;
const payment = "pay-1" as PaymentId;
const tenth: Discount = { type: "percent", value: 10 };
const expiry = 1000;

const placed = (userCouponId: string | null = null): Order =>
  place(
    {
      orderId: "o" as OrderId,
      userId: "shopper" as UserId,
      lines: [
        { productId: "a" as ProductId, quantity: 2, unitPrice: won(100) },
        { productId: "b" as ProductId, quantity: 1, unitPrice: won(55) },
      ],
      userCouponId: userCouponId as UserCouponId | null,
      expiresAt: at(expiry),
    },
    at(0),
  ).order;

/** Every state that an order can be in, reached by its own steps. */
const states = {
  placed: placed(),
  "stock-refused": reserve(placed(), false, at(1)).order,
  stocked: reserve(placed(), true, at(1)).order,
  "stocked, with a coupon": reserve(placed("uc"), true, at(1)).order,
  "coupon-refused": redeem(reserve(placed("uc"), true, at(1)).order, false, at(2)).order,
  redeemed: redeem(reserve(placed("uc"), true, at(1)).order, true, at(2)).order,
  awaiting: price(redeem(reserve(placed("uc"), true, at(1)).order, true, at(2)).order, tenth, at(3)).order,
  get paying(): Order {
    return startPayment(this.awaiting, payment, won(230), at(4));
  },
  get confirmed(): Order {
    return confirm(this.paying, payment, at(5)).order;
  },
  get cancelled(): Order {
    return cancel(this.awaiting, "cancelled-by-shopper", at(5)).order;
  },
};
type State = keyof typeof states;

/** What a cell of the table says: the event told, `–` nothing happens, `×` cannot be, or the problem answered. */
type Cell = string;
type Outcome = { readonly order: Order; readonly told: Cell };

const stepOf = ({ order, events }: { order: Order; events: readonly { type: string }[] }): Outcome => ({
  order,
  told: events.map(({ type }) => type).join() || "–",
});

const now = at(10);
/** The columns of the table, each as a command. */
const commands = {
  "reserve, enough": (order: Order) => stepOf(reserve(order, true, now)),
  "reserve, short": (order: Order) => stepOf(reserve(order, false, now)),
  "redeem, free or mine": (order: Order) => stepOf(redeem(order, true, now)),
  "redeem, another's": (order: Order) => stepOf(redeem(order, false, now)),
  price: (order: Order) => stepOf(price(order, order.userCouponId === null ? null : tenth, now)),
  cancel: (order: Order) => stepOf(cancel(order, "expired", now)),
  "payment starts": (order: Order): Outcome => ({
    order: startPayment(order, payment, totalOf(order), now),
    told: "marked",
  }),
  "payment starts, too late": (order: Order): Outcome => ({
    order: startPayment(order, payment, totalOf(order), at(expiry)),
    told: "marked",
  }),
  captured: (order: Order) => stepOf(confirm(order, payment, now)),
  "another captured": (order: Order) => stepOf(confirm(order, "pay-2" as PaymentId, now)),
  declined: (order: Order): Outcome => {
    const released = releasePayment(order, payment, now);
    return { order: released.order, told: released.order === order ? "–" : "cleared" };
  },
} satisfies Record<string, (order: Order) => Outcome>;
type Command = keyof typeof commands;

const run = (command: Command, order: Order): Outcome => {
  try {
    return commands[command](order);
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    return { order, told: error.problem.code === "impossible-transition" ? "×" : error.problem.code };
  }
};

const columns = Object.keys(commands) as Command[];
const gone = "order.cancelled";
const [late, paid, busy] = ["order-not-payable", "already-paid", "payment-in-progress"];
const [yes, no] = ["stock.reserved", "stock.refused"];
const [mine, other] = ["coupon.redeemed", "coupon.redemption-refused"];

/** §5's table of orders: a row a state, a column a command, in the order of `commands`. */
const table: Readonly<Record<State, readonly Cell[]>> = {
  placed: [yes, no, "×", "×", "×", gone, late, late, "×", "×", "×"],
  "stock-refused": ["–", "–", "×", "×", "×", gone, late, late, "×", "×", "×"],
  stocked: ["–", "–", "–", "–", "order.priced", gone, late, late, "×", "×", "×"],
  "stocked, with a coupon": ["–", "–", mine, other, "–", gone, late, late, "×", "×", "×"],
  "coupon-refused": ["–", "–", "–", "–", "–", gone, late, late, "×", "×", "×"],
  redeemed: ["–", "–", "–", "–", "order.priced", gone, late, late, "×", "×", "×"],
  awaiting: ["–", "–", "–", "–", "–", gone, "marked", late, "×", "×", "–"],
  paying: ["–", "–", "–", "–", "–", "–", busy, busy, "order.confirmed", "×", "cleared"],
  confirmed: ["–", "–", "–", "–", "–", "–", paid, paid, "–", "×", "–"],
  cancelled: ["–", "–", "–", "–", "–", "–", late, late, "×", "×", "–"],
};
const cells = Object.entries(table).flatMap(([state, row]) =>
  row.map((cell, n) => [state as State, columns[n] as Command, cell] as const),
);

describe("an order's table", () => {
  it("has a cell for every state and command", () => {
    expect(cells).toHaveLength(Object.keys(states).length * columns.length);
  });

  it.each(cells)("%s · %s → %s", (state, command, cell) => {
    const before = states[state];
    const copy = structuredClone(before);
    const first = run(command, before);
    expect(first.told).toBe(cell);
    expect(before).toEqual(copy);
    // Told again, it changes nothing more.
    expect(run(command, first.order).order).toBe(first.order);
    const changes = cell.includes(".") || cell === "marked" || cell === "cleared";
    if (!changes) expect(first.order).toBe(before);
    else expect(first.order.timeline).toHaveLength(before.timeline.length + (cell.includes(".") ? 1 : 0));
  });
});

describe("what a step leaves behind", () => {
  it.each([
    ["placed", false],
    ["stock-refused", false],
    ["stocked", true],
    ["stocked, with a coupon", true],
    ["coupon-refused", true],
    ["redeemed", true],
    ["awaiting", true],
    ["paying", true],
    ["confirmed", false],
    ["cancelled", false],
  ] as const)("an order that is %s holds stock: %s", (state, holds) => {
    expect(holdsStock(states[state])).toBe(holds);
  });

  it("carries the price, the mark, the payment and the reason of its state, and of no other", () => {
    expect(states.awaiting).toMatchObject({ subtotal: 255, discount: 25, openPayment: null });
    expect(states.paying).toMatchObject({ openPayment: payment });
    expect(states.confirmed).toMatchObject({ status: "confirmed", paymentId: payment });
    expect(states.confirmed).not.toHaveProperty("openPayment");
    expect(states.cancelled).toMatchObject({ status: "cancelled", reason: "cancelled-by-shopper" });
    expect(states.cancelled).not.toHaveProperty("openPayment");
    expect(states.awaiting).not.toHaveProperty("step");
    expect(states.redeemed).toMatchObject({ step: "redeemed", discount: 0 });
  });

  it("keeps the first reason", () => {
    const reasons: readonly CancelReason[] = ["expired", "internal", "out-of-stock"];
    const { cancelled } = states;
    for (const reason of reasons) expect(cancel(cancelled, reason, now).order).toBe(cancelled);
  });

  it("tells each fact under an id made of the fact and the order", () => {
    const told = [
      ...reserve(placed(), true, now).events,
      ...confirm(states.paying, payment, now).events,
      ...cancel(states.stocked, "expired", now).events,
    ];
    expect(told.map(({ id }) => id)).toEqual(["stock.reserved:o", "order.confirmed:o", "order.cancelled:o"]);
    expect(told[1]?.data).toEqual({
      orderId: "o",
      userId: "shopper",
      subtotal: 255,
      discount: 25,
      total: 230,
      paymentId: payment,
    });
    expect(told[2]?.data).toEqual({ orderId: "o", userId: "shopper", reason: "expired" });
  });
});

describe("paying", () => {
  const refusal = (order: Order, amount: number, when: number): string => {
    try {
      startPayment(order, payment, won(amount), at(when));
      return "marked";
    } catch (error) {
      return (error as DomainError).message;
    }
  };

  it.each([
    ["the very amount, in time", 230, expiry - 1, "marked"],
    ["one less", 229, 0, "amount-mismatch"],
    ["one more", 231, 0, "amount-mismatch"],
    ["at its expiry", 230, expiry, "order-not-payable"],
    ["at its expiry, a wrong amount", 1, expiry, "order-not-payable"],
  ] as const)("of %s: %i at %i → %s", (_, amount, when, answer) => {
    expect(refusal(states.awaiting, amount, when)).toBe(answer);
  });

  it("that came to nothing ends an order whose time is over", () => {
    expect(releasePayment(states.paying, payment, at(expiry - 1))).toMatchObject({ expired: false });
    expect(releasePayment(states.paying, payment, at(expiry))).toMatchObject({
      expired: true,
      order: { openPayment: null },
    });
  });

  it("of one payment never clears the mark of another", () => {
    const released = releasePayment(states.paying, "pay-2" as PaymentId, at(expiry));
    expect(released).toEqual({ order: states.paying, expired: false });
  });
});
