import type { ScheduleId } from "./ids.js";
import { boardSize, elapsedMs, type SellOut } from "./sold-out.js";

type Policy = {
  /** Finite for every sell-out, also for one that took no time at all. */
  readonly score: (sellOut: SellOut) => number;
  readonly best: "least" | "most";
};

/** What some shops make up for different halls with: the more seats, the less is added. */
const seatsWeight = 100_000;

const wholeSeconds = (ms: number): number => Math.floor(ms / 1000);

const policies = {
  tiered: { score: elapsedMs, best: "least" },
  elapsed: { score: elapsedMs, best: "least" },
  "weighted-sum": {
    score: (sellOut) =>
      wholeSeconds(elapsedMs(sellOut)) + (seatsWeight - sellOut.seats) + wholeSeconds(sellOut.salesOpenAt),
    best: "least",
  },
  // Less than a millisecond cannot be measured; no time at all counts as one. One division of whole numbers, so that
  // equal speeds are equal numbers.
  "seats-per-second": { score: (sellOut) => (sellOut.seats * 1000) / Math.max(elapsedMs(sellOut), 1), best: "most" },
} satisfies Readonly<Record<string, Policy>>;

/** How sell-outs are ranked; `docs/sold-out-scores.md` says what each means and when it misleads. */
export type ScorePolicy = keyof typeof policies;

export const scorePolicies = Object.keys(policies) as readonly ScorePolicy[];

/** The score that people see: milliseconds, weighted seconds, or seats per second. */
export const scoreOf = (policy: ScorePolicy, sellOut: SellOut): number => policies[policy].score(sellOut);

/** What a board keeps of a sell-out: the smaller score comes first, and of equal ones the smaller member by its bytes. */
export type BoardEntry = { readonly score: number; readonly member: string };

const fixedWidth = (n: number, digits: number): string =>
  String(Math.min(Math.max(n, 0), 10 ** digits - 1)).padStart(digits, "0");

/** More seats come first, then the earlier opening, then the ids. */
const memberOf = ({ concertId, scheduleId, seats, salesOpenAt }: SellOut): string =>
  `${fixedWidth(seatsWeight - seats, 6)}:${fixedWidth(salesOpenAt, 13)}:concert:${concertId}:schedule:${scheduleId}`;

/** The schedule that a member names: what follows the last colon, for no id holds one. */
export const scheduleIdOf = (member: string): ScheduleId => member.slice(member.lastIndexOf(":") + 1) as ScheduleId;

/**
 * The sell-out as a board keeps it. Where more is better the score is kept negated: a sorted set breaks ties in the
 * direction in which it is read, so that one read backwards would put the smaller hall first.
 */
export const entryOf = (policy: ScorePolicy, sellOut: SellOut): BoardEntry => {
  const score = scoreOf(policy, sellOut);
  return { score: policies[policy].best === "most" ? -score : score, member: memberOf(sellOut) };
};

/** The order of a sorted set. */
export const compareEntries = (a: BoardEntry, b: BoardEntry): number => {
  if (a.score !== b.score) return a.score - b.score;
  if (a.member === b.member) return 0;
  return a.member < b.member ? -1 : 1;
};

/** Best first; 0 only for the same schedule. */
export const compareSellOuts =
  (policy: ScorePolicy) =>
  (a: SellOut, b: SellOut): number =>
    compareEntries(entryOf(policy, a), entryOf(policy, b));

/** What a board holds when these are all the sell-outs. */
export const bestEntries = (policy: ScorePolicy, sellOuts: readonly SellOut[]): readonly BoardEntry[] =>
  sellOuts
    .map((sellOut) => entryOf(policy, sellOut))
    .sort(compareEntries)
    .slice(0, boardSize);
