import type { SandboxBook, SandboxEntry } from "../../../src/application/ports/sandbox-book.js";
import type { PaymentId, RefundId } from "../../../src/domain/ids.js";
import type { Verdict } from "../../../src/domain/payment.js";

type Rules = {
  /** Returns the final verdict, or `undefined` to overwrite the first entry. */
  readonly final?: (first: SandboxEntry, entry: SandboxEntry) => Verdict | undefined;
  readonly recordsVoids?: boolean;
  readonly keyOf?: (paymentId: PaymentId) => string;
  /** Whether other calls can run between reading and writing. */
  readonly readsFirst?: boolean;
  /** Whether a first refund is rejected; `refunded` is the sum of the refunds before it. */
  readonly rejects?: (entry: SandboxEntry | undefined, amount: number, refunded: number) => boolean;
  /** Whether a repeated refund is accepted. */
  readonly accepts?: (first: number, amount: number) => boolean;
  readonly refundsAgain?: boolean;
  readonly refundKeyOf?: (payment: string, refundId: RefundId) => string;
};

const notCaptured = (entry: SandboxEntry | undefined) => entry?.verdict !== "captured";
const aboveCapture = (entry: SandboxEntry | undefined, amount: number, refunded: number) =>
  (entry?.amount ?? amount) < refunded + amount;

/** A correct book, except for the given rules. */
const book = (rules: Rules = {}): SandboxBook => {
  const { final = (first) => first.verdict, recordsVoids = true, keyOf = (paymentId) => paymentId } = rules;
  const { rejects = (...refund) => notCaptured(refund[0]) || aboveCapture(...refund) } = rules;
  const { refundKeyOf = (payment, refundId) => `${payment} ${refundId}` } = rules;
  const { accepts = (first, amount) => first === amount, refundsAgain = false } = rules;
  const entries = new Map<string, SandboxEntry>();
  const refunds = new Map<string, number>();
  const refunded = new Map<string, number>();
  const totals = { captured: 0, refunded: 0 };
  const write = (entry: SandboxEntry): Verdict => {
    if (entry.verdict === "voided" && !recordsVoids) return "voided";
    entries.set(keyOf(entry.paymentId), entry);
    totals.captured += entry.amount;
    return entry.verdict;
  };
  return {
    record: async (entry) => {
      const first = entries.get(keyOf(entry.paymentId));
      if (rules.readsFirst) await Promise.resolve();
      return (first && final(first, entry)) ?? write(entry);
    },
    refund: async (paymentId, refundId, amount) => {
      const payment = keyOf(paymentId);
      const key = refundKeyOf(payment, refundId);
      const first = refunds.get(key);
      if (first !== undefined && !refundsAgain) return accepts(first, amount);
      const before = refunded.get(payment) ?? 0;
      if (rejects(entries.get(payment), amount, before)) return false;
      refunds.set(key, amount);
      refunded.set(payment, before + amount);
      totals.refunded += amount;
      return true;
    },
    totals: async () => ({ ...totals }),
  };
};

/** What the known-wrong books are derived from. The suite must accept it. */
export const correctBook = (): SandboxBook => book();

/** Known-wrong books of one or two nodes. The suite must reject each. */
export const knownWrongBooks = {
  "keeps no verdict": () => [book({ final: () => undefined })],
  "lets a void overwrite a capture": () => [
    book({ final: (first, { verdict }) => (verdict === "voided" ? undefined : first.verdict) }),
  ],
  "returns voided to every void": () => [
    book({ final: (first, { verdict }) => (verdict === "voided" ? "voided" : first.verdict) }),
  ],
  "does not record voids": () => [book({ recordsVoids: false })],
  "lets a declined payment try again": () => [
    book({ final: (first) => (first.verdict === "declined" ? undefined : first.verdict) }),
  ],
  "lets a capture follow a void": () => [
    book({ final: (first) => (first.verdict === "voided" ? undefined : first.verdict) }),
  ],
  "reads first and writes later": () => [book({ readsFirst: true })],
  "has one book per node": () => [book(), book()],
  "ignores the case of ids": () => [book({ keyOf: (paymentId) => paymentId.toLowerCase() })],
  "uses the first letters of an id": () => [book({ keyOf: (paymentId) => paymentId.slice(0, 8) })],
  "refunds on every call": () => [book({ refundsAgain: true, rejects: notCaptured })],
  "accepts a refund of another amount": () => [book({ accepts: () => true })],
  "refunds a payment that was not captured": () => [book({ rejects: aboveCapture })],
  "refunds more than was captured": () => [book({ rejects: notCaptured })],
  "checks each refund alone": () => [
    book({ rejects: (entry, amount) => notCaptured(entry) || aboveCapture(entry, amount, 0) }),
  ],
  "refunds a payment once, under any refund id": () => [book({ refundKeyOf: (payment) => payment })],
  "shares refund ids between payments": () => [book({ refundKeyOf: (_, refundId) => refundId })],
} as const satisfies Readonly<Record<string, () => readonly [SandboxBook, SandboxBook?]>>;

export type KnownWrongBook = keyof typeof knownWrongBooks;
