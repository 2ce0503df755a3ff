import { describe, expect, it } from "vitest";
import type { Discount } from "../../../src/domain/coupon.js";
import type { PaymentId } from "../../../src/domain/ids.js";
import { totalOf } from "../../../src/domain/money.js";
import {
  cancel,
  confirm,
  holdsStock,
  type Order,
  orderExpiryOf,
  pendingSince,
  price,
  redeem,
  releasePayment,
  reserve,
  startPayment,
} from "../../../src/domain/order.js";
import { DomainError } from "../../../src/domain/problem.js";
import type { CancelReason } from "../../../src/domain/reasons.js";
import { at, expiry, placedOrder, won } from "./two-line-order.js";

const payment = "pay-1" as PaymentId;
const tenth: Discount = { type: "percent", value: 10 };

/** Every state of an order, reached by the order's steps. */
const states = {
  placed: placedOrder(),
  "stock-refused": reserve(placedOrder(), false, at(1)).order,
  stocked: reserve(placedOrder(), true, at(1)).order,
  "stocked, with a coupon": reserve(placedOrder("uc"), true, at(1)).order,
  "coupon-refused": redeem(reserve(placedOrder("uc"), true, at(1)).order, false, at(2)).order,
  redeemed: redeem(reserve(placedOrder("uc"), true, at(1)).order, true, at(2)).order,
  awaiting: price(redeem(reserve(placedOrder("uc"), true, at(1)).order, true, at(2)).order, tenth, at(3)).order,
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

/** A cell of the table: the event, `–` (nothing happens), `×` (cannot occur), or the code of the problem. */
type Cell = string;
type Outcome = { readonly order: Order; readonly cell: Cell };

const stepOf = ({ order, events }: { order: Order; events: readonly { type: string }[] }): Outcome => ({
  order,
  cell: events.map(({ type }) => type).join() || "–",
});

const now = at(10);
/** The columns of the table, one command each. */
const commands = {
  "reserve, enough": (order: Order) => stepOf(reserve(order, true, now)),
  "reserve, short": (order: Order) => stepOf(reserve(order, false, now)),
  "redeem, free or this order's": (order: Order) => stepOf(redeem(order, true, now)),
  "redeem, another order's": (order: Order) => stepOf(redeem(order, false, now)),
  price: (order: Order) => stepOf(price(order, order.userCouponId === null ? null : tenth, now)),
  cancel: (order: Order) => stepOf(cancel(order, "expired", now)),
  "payment starts": (order: Order): Outcome => ({
    order: startPayment(order, payment, totalOf(order), now),
    cell: "marked",
  }),
  "payment starts, expired": (order: Order): Outcome => ({
    order: startPayment(order, payment, totalOf(order), at(expiry)),
    cell: "marked",
  }),
  captured: (order: Order) => stepOf(confirm(order, payment, now)),
  "another captured": (order: Order) => stepOf(confirm(order, "pay-2" as PaymentId, now)),
  declined: (order: Order): Outcome => {
    const released = releasePayment(order, payment, now);
    return { order: released.order, cell: released.order === order ? "–" : "cleared" };
  },
} satisfies Record<string, (order: Order) => Outcome>;
type Command = keyof typeof commands;

const run = (command: Command, order: Order): Outcome => {
  try {
    return commands[command](order);
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    return { order, cell: error.problem.code === "impossible-transition" ? "×" : error.problem.code };
  }
};

const columns = Object.keys(commands) as Command[];
const cancelled = "order.cancelled";
const notPayable = "order-not-payable";
const paid = "already-paid";
const inProgress = "payment-in-progress";
const [reserved, refused] = ["stock.reserved", "stock.refused"];
const [redeemed, notRedeemed] = ["coupon.redeemed", "coupon.redemption-refused"];

/** The state table of orders: one row per state, one column per command, in the order of `commands`. */
const table: Readonly<Record<State, readonly Cell[]>> = {
  placed: [reserved, refused, "×", "×", "×", cancelled, notPayable, notPayable, "×", "×", "×"],
  "stock-refused": ["–", "–", "×", "×", "×", cancelled, notPayable, notPayable, "×", "×", "×"],
  stocked: ["–", "–", "–", "–", "order.priced", cancelled, notPayable, notPayable, "×", "×", "×"],
  "stocked, with a coupon": ["–", "–", redeemed, notRedeemed, "–", cancelled, notPayable, notPayable, "×", "×", "×"],
  "coupon-refused": ["–", "–", "–", "–", "–", cancelled, notPayable, notPayable, "×", "×", "×"],
  redeemed: ["–", "–", "–", "–", "order.priced", cancelled, notPayable, notPayable, "×", "×", "×"],
  awaiting: ["–", "–", "–", "–", "–", cancelled, "marked", notPayable, "×", "×", "–"],
  paying: ["–", "–", "–", "–", "–", "–", inProgress, inProgress, "order.confirmed", "×", "cleared"],
  confirmed: ["–", "–", "–", "–", "–", "–", paid, paid, "–", "×", "–"],
  cancelled: ["–", "–", "–", "–", "–", "–", notPayable, notPayable, "×", "×", "–"],
};
const cells = Object.entries(table).flatMap(([state, row]) =>
  row.map((cell, n) => [state as State, columns[n] as Command, cell] as const),
);

describe("the state table of orders", () => {
  it("has a cell for every state and command", () => {
    expect(cells).toHaveLength(Object.keys(states).length * columns.length);
  });

  it.each(cells)("%s · %s → %s", (state, command, cell) => {
    const before = states[state];
    const copy = structuredClone(before);
    const first = run(command, before);
    expect(first.cell).toBe(cell);
    expect(before).toEqual(copy);
    // A repeated command changes nothing.
    expect(run(command, first.order).order).toBe(first.order);
    const changes = cell.includes(".") || cell === "marked" || cell === "cleared";
    if (!changes) expect(first.order).toBe(before);
    else expect(first.order.timeline).toHaveLength(before.timeline.length + (cell.includes(".") ? 1 : 0));
  });
});

describe("an order after a step", () => {
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
  ] as const)("%s: has reserved stock: %s", (state, holds) => {
    expect(holdsStock(states[state])).toBe(holds);
  });

  it("has the fields of its state, and none of another state", () => {
    expect(states.awaiting).toMatchObject({ subtotal: 255, discount: 25, openPayment: null });
    expect(states.paying).toMatchObject({ openPayment: payment });
    expect(states.confirmed).toMatchObject({ status: "confirmed", paymentId: payment });
    expect(states.confirmed).not.toHaveProperty("openPayment");
    expect(states.cancelled).toMatchObject({ status: "cancelled", reason: "cancelled-by-shopper" });
    expect(states.cancelled).not.toHaveProperty("openPayment");
    expect(states.awaiting).not.toHaveProperty("step");
    expect(states.redeemed).toMatchObject({ step: "redeemed", discount: 0 });
  });

  it("keeps the first reason of its cancellation", () => {
    const reasons: readonly CancelReason[] = ["expired", "internal", "out-of-stock"];
    const order = states.cancelled;
    for (const reason of reasons) expect(cancel(order, reason, now).order).toBe(order);
  });

  it("has events whose ids consist of the type and the order", () => {
    const events = [
      ...reserve(placedOrder(), true, now).events,
      ...confirm(states.paying, payment, now).events,
      ...cancel(states.stocked, "expired", now).events,
    ];
    expect(events.map(({ id }) => id)).toEqual(["stock.reserved:o", "order.confirmed:o", "order.cancelled:o"]);
    expect(events[1]?.data).toEqual({
      orderId: "o",
      userId: "shopper",
      subtotal: 255,
      discount: 25,
      total: 230,
      paymentId: payment,
    });
    expect(events[2]?.data).toEqual({ orderId: "o", userId: "shopper", reason: "expired" });
  });
});

describe("a payment of an order", () => {
  const outcome = (order: Order, amount: number, when: number): string => {
    try {
      startPayment(order, payment, won(amount), at(when));
      return "marked";
    } catch (error) {
      return (error as DomainError).message;
    }
  };

  it.each([
    ["the exact amount, before expiry", 230, expiry - 1, "marked"],
    ["one unit less", 229, 0, "amount-mismatch"],
    ["one unit more", 231, 0, "amount-mismatch"],
    ["at the expiry", 230, expiry, "order-not-payable"],
    ["at the expiry, with a wrong amount", 1, expiry, "order-not-payable"],
  ] as const)("%s: %i at %i → %s", (_, amount, when, expected) => {
    expect(outcome(states.awaiting, amount, when)).toBe(expected);
  });

  it("reports an order past its expiry when its mark is cleared", () => {
    expect(releasePayment(states.paying, payment, at(expiry - 1))).toMatchObject({ expired: false });
    expect(releasePayment(states.paying, payment, at(expiry))).toMatchObject({
      expired: true,
      order: { openPayment: null },
    });
  });

  it("never clears the mark of another payment", () => {
    const released = releasePayment(states.paying, "pay-2" as PaymentId, at(expiry));
    expect(released).toEqual({ order: states.paying, expired: false });
  });
});

describe("an order", () => {
  it("expires unless it has ended or has an open payment", () => {
    const names = Object.keys(states) as State[];
    const expiring = names.filter((name) => orderExpiryOf(states[name]) === expiry);
    expect(expiring).toEqual(names.filter((name) => !["paying", "confirmed", "cancelled"].includes(name)));
    expect(orderExpiryOf(states.paying)).toBeNull();
  });

  it("is pending since its last change", () => {
    expect([states.placed, states.redeemed, states.awaiting].map(pendingSince)).toEqual([at(0), at(2), null]);
  });
});
