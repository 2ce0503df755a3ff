import type { SandboxBook, SandboxEntry } from "../../../src/application/ports/sandbox-book.js";
import type { PaymentId } from "../../../src/domain/ids.js";
import type { Verdict } from "../../../src/domain/payment.js";

type Rules = {
  /** The verdict that stands, or `undefined` to write the entry over whatever there is. */
  readonly standing?: (first: SandboxEntry, entry: SandboxEntry) => Verdict | undefined;
  /** Whether a void is written down at all. */
  readonly keepsVoids?: boolean;
  readonly keyOf?: (paymentId: PaymentId) => string;
  readonly looksFirst?: boolean;
  /** What a first refund may not be. */
  readonly refuses?: (entry: SandboxEntry | undefined, amount: number) => boolean;
  /** Whether a refund that is there already counts as had. */
  readonly had?: (first: number, amount: number) => boolean;
  readonly refundsAgain?: boolean;
};

const uncaptured = (entry: SandboxEntry | undefined) => entry?.verdict !== "captured";
const over = (entry: SandboxEntry | undefined, amount: number) => (entry?.amount ?? amount) < amount;

/** A right book, but for its rules. */
const book = (rules: Rules = {}): SandboxBook => {
  const { standing = (first) => first.verdict, keepsVoids = true, keyOf = (paymentId) => paymentId } = rules;
  const { refuses = (entry, amount) => uncaptured(entry) || over(entry, amount) } = rules;
  const { had = (first, amount) => first === amount, refundsAgain = false } = rules;
  const entries = new Map<string, SandboxEntry>();
  const refunds = new Map<string, number>();
  const totals = { captured: 0, refunded: 0 };
  const enter = (entry: SandboxEntry): Verdict => {
    if (entry.verdict === "voided" && !keepsVoids) return "voided";
    entries.set(keyOf(entry.paymentId), entry);
    totals.captured += entry.amount;
    return entry.verdict;
  };
  return {
    record: async (entry) => {
      const first = entries.get(keyOf(entry.paymentId));
      if (rules.looksFirst) await Promise.resolve();
      return (first && standing(first, entry)) ?? enter(entry);
    },
    refund: async (paymentId, amount) => {
      const key = keyOf(paymentId);
      const first = refunds.get(key);
      if (first !== undefined && !refundsAgain) return had(first, amount);
      if (refuses(entries.get(key), amount)) return false;
      refunds.set(key, amount);
      totals.refunded += amount;
      return true;
    },
    totals: async () => ({ ...totals }),
  };
};

/** The twins' common ground, which the suite must accept. */
export const carefulBook = (): SandboxBook => book();

/** Known-wrong twins, here and there: the suite must reject each. */
export const carelessBooks = {
  "forgets every verdict": () => [book({ standing: () => undefined })],
  "lets a void write over a capture": () => [
    book({ standing: (first, { verdict }) => (verdict === "voided" ? undefined : first.verdict) }),
  ],
  "answers voided to every void": () => [
    book({ standing: (first, { verdict }) => (verdict === "voided" ? "voided" : first.verdict) }),
  ],
  "does not remember voids": () => [book({ keepsVoids: false })],
  "lets a declined payment try again": () => [
    book({ standing: (first) => (first.verdict === "declined" ? undefined : first.verdict) }),
  ],
  "lets a capture follow a void": () => [
    book({ standing: (first) => (first.verdict === "voided" ? undefined : first.verdict) }),
  ],
  "looks first and writes then": () => [book({ looksFirst: true })],
  "is another in every node": () => [book(), book()],
  "takes two letters for one": () => [book({ keyOf: (paymentId) => paymentId.toLowerCase() })],
  "keeps the first letters of an id": () => [book({ keyOf: (paymentId) => paymentId.slice(0, 8) })],
  "refunds whenever it is asked": () => [book({ refundsAgain: true })],
  "says that it has another refund": () => [book({ had: () => true })],
  "refunds what was not captured": () => [book({ refuses: over })],
  "refunds more than was captured": () => [book({ refuses: uncaptured })],
} as const satisfies Readonly<Record<string, () => readonly [SandboxBook, SandboxBook?]>>;

export type CarelessBook = keyof typeof carelessBooks;
