import { isDeepStrictEqual } from "node:util";
import { describe, expect, it } from "vitest";
import type { IdempotencyKey, OrderId, PaymentId, ReservationId, UserId } from "../../../src/domain/ids.js";
import type { Money } from "../../../src/domain/money.js";
import {
  acknowledgeRefund,
  beginPayment,
  closePayment,
  contradicts,
  isOpen,
  markUnknown,
  type Payment,
  type PaymentRequest,
  refundPayment,
  sameRequest,
} from "../../../src/domain/payment.js";
import { DomainError } from "../../../src/domain/problem.js";
import type { EpochMs } from "../../../src/domain/time.js";
import { paymentStart } from "../../support/order-data.js";

const request = (facts: Partial<PaymentRequest> = {}): PaymentRequest => ({
  userId: "shopper" as UserId,
  key: "key" as IdempotencyKey,
  subject: { kind: "order", orderId: "o" as OrderId },
  amount: 500 as Money,
  method: "sandbox-ok",
  ...facts,
});
const started = (facts?: Partial<PaymentRequest>) =>
  beginPayment(request(facts), { ...paymentStart, paymentId: "pay" as PaymentId }, 7 as EpochMs);

const states = {
  pending: started(),
  unknown: markUnknown(started()),
  succeeded: closePayment(started(), "captured"),
  declined: closePayment(started(), "declined"),
  "refunded, due": refundPayment(closePayment(started(), "captured")),
  refunded: acknowledgeRefund(refundPayment(closePayment(started(), "captured"))),
};
type State = keyof typeof states;

const commands = {
  captured: (payment: Payment) => closePayment(payment, "captured"),
  declined: (payment: Payment) => closePayment(payment, "declined"),
  voided: (payment: Payment) => closePayment(payment, "voided"),
  "no answer": markUnknown,
  "given back": refundPayment,
  "refund acknowledged": acknowledgeRefund,
};
type Command = keyof typeof commands;

const nameOf = ({ status, refundDue }: Payment): string => (refundDue ? `${status}, due` : status);

/** The state after a command: its name, `–` (nothing happens), or `×` (cannot occur). */
const run = (payment: Payment, command: Command): { readonly payment: Payment; readonly cell: string } => {
  try {
    const after = commands[command](payment);
    return { payment: after, cell: isDeepStrictEqual(after, payment) ? "–" : nameOf(after) };
  } catch (error) {
    if (error instanceof DomainError && error.problem.code === "impossible-transition") return { payment, cell: "×" };
    throw error;
  }
};

const columns = Object.keys(commands) as Command[];
/**
 * The state table of payments: one row per state, one column per command, in the order of `commands`. The seat of an open
 * payment cannot be given back, because of the mark.
 */
const table: Readonly<Record<State, readonly string[]>> = {
  pending: ["succeeded", "declined", "declined", "unknown", "–", "×"],
  unknown: ["succeeded", "declined", "declined", "–", "–", "×"],
  succeeded: ["–", "–", "–", "–", "refunded, due", "–"],
  declined: ["–", "–", "–", "–", "×", "×"],
  "refunded, due": ["–", "–", "–", "–", "–", "refunded"],
  refunded: ["–", "–", "–", "–", "–", "–"],
};
const cells = Object.entries(table).flatMap(([state, row]) =>
  row.map((cell, n) => [state as State, columns[n] as Command, cell] as const),
);

describe("the state table of payments", () => {
  it("has a cell for every state and command", () => {
    expect(cells).toHaveLength(Object.keys(states).length * columns.length);
  });

  it.each(cells)("%s · %s → %s", (state, command, cell) => {
    const before = states[state];
    const copy = structuredClone(before);
    const first = run(before, command);
    expect(first.cell).toBe(cell);
    expect(before).toEqual(copy);
    const again = run(first.payment, command);
    expect(again.payment).toEqual(first.payment);
  });

  it.each([
    ["pending", true],
    ["unknown", true],
    ["succeeded", false],
    ["declined", false],
    ["refunded, due", false],
    ["refunded", false],
  ] as const)("%s: is open: %s", (state, open) => {
    expect(isOpen(states[state])).toBe(open);
  });
});

describe("a verdict", () => {
  it.each([
    ["pending", []],
    ["unknown", []],
    ["succeeded", ["declined", "voided"]],
    ["declined", ["captured"]],
    ["refunded", ["declined", "voided"]],
  ] as const)("contradicts a payment that is %s: %j", (state, contradictory) => {
    const found = (["captured", "declined", "voided"] as const).filter((each) => contradicts(states[state], each));
    expect(found).toEqual(contradictory);
  });
});

describe("a payment of amount 0", () => {
  it("has succeeded when it starts, and no refund is due", () => {
    const payment = started({ amount: 0 as Money });
    expect(payment).toMatchObject({ status: "succeeded", refundDue: false, openedAt: 7 });
    expect(refundPayment(payment)).toMatchObject({ status: "refunded", refundDue: false, refunded: 0 });
    expect(states.refunded).toMatchObject({ refunded: 500 });
  });
});

describe("a request under the same key", () => {
  const reservation = { kind: "reservation", reservationId: "o" as ReservationId } as const;

  it("is the same if subject, amount and method are the same", () => {
    expect(sameRequest(started(), started())).toBe(true);
    expect(sameRequest(started({ subject: reservation }), started({ subject: reservation }))).toBe(true);
    for (const change of [
      { amount: 501 as Money },
      { methodDigest: "other" },
      { subject: { kind: "order", orderId: "p" as OrderId } },
      { subject: reservation },
    ] as Partial<Payment>[]) {
      expect(sameRequest(started(), { ...started(), ...change })).toBe(false);
      expect(sameRequest({ ...started(), ...change }, started())).toBe(false);
    }
    const other = { kind: "reservation", reservationId: "p" as ReservationId } as const;
    expect(sameRequest(started({ subject: reservation }), started({ subject: other }))).toBe(false);
  });
});
