import type { ScheduleId } from "./ids.js";
import { boardSize, elapsedMs, type SellOut } from "./sold-out.js";

type Policy = {
  /** Returns a finite number for every sell-out, also if it took 0 ms. */
  readonly score: (sellOut: SellOut) => number;
  readonly best: "least" | "most";
};

/** `weighted-sum` adds this number minus the seats, so that a larger hall gets a smaller score. */
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
  // 0 ms counts as 1 ms, because shorter times cannot be measured. A single division of integers makes equal speeds
  // equal numbers.
  "seats-per-second": { score: (sellOut) => (sellOut.seats * 1000) / Math.max(elapsedMs(sellOut), 1), best: "most" },
} satisfies Readonly<Record<string, Policy>>;

/** How sell-outs are ranked. `docs/sold-out-scores.md` describes each policy and its weaknesses. */
export type ScorePolicy = keyof typeof policies;

export const scorePolicies = Object.keys(policies) as readonly ScorePolicy[];

/** Returns the score that responses show: milliseconds, weighted seconds, or seats per second. */
export const scoreOf = (policy: ScorePolicy, sellOut: SellOut): number => policies[policy].score(sellOut);

/** A sell-out as a member of a sorted set. Entries are ordered by score, then by member in byte order. */
export type BoardEntry = { readonly score: number; readonly member: string };

const fixedWidth = (n: number, digits: number): string =>
  String(Math.min(Math.max(n, 0), 10 ** digits - 1)).padStart(digits, "0");

/** Builds the member. Its tie-breakers are more seats, then the earlier opening, then the ids. */
const memberOf = ({ concertId, scheduleId, seats, salesOpenAt }: SellOut): string =>
  `${fixedWidth(seatsWeight - seats, 6)}:${fixedWidth(salesOpenAt, 13)}:concert:${concertId}:schedule:${scheduleId}`;

/** Reads the schedule's id from a member: the text after the last colon. Ids contain no colon. */
export const scheduleIdOf = (member: string): ScheduleId => member.slice(member.lastIndexOf(":") + 1) as ScheduleId;

/**
 * Converts a sell-out to a board's entry. If a higher score is better, the stored score is negated, so that boards are
 * always read in ascending order: reading in descending order would also reverse the tie-breakers.
 */
export const entryOf = (policy: ScorePolicy, sellOut: SellOut): BoardEntry => {
  const score = scoreOf(policy, sellOut);
  return { score: policies[policy].best === "most" ? -score : score, member: memberOf(sellOut) };
};

/** Compares entries in the order of a sorted set. */
export const compareEntries = (a: BoardEntry, b: BoardEntry): number => {
  if (a.score !== b.score) return a.score - b.score;
  if (a.member === b.member) return 0;
  return a.member < b.member ? -1 : 1;
};

/** Compares sell-outs, best first. The result is 0 only for the same schedule. */
export const compareSellOuts =
  (policy: ScorePolicy) =>
  (a: SellOut, b: SellOut): number =>
    compareEntries(entryOf(policy, a), entryOf(policy, b));

/** Returns the entries of a board if these are all the sell-outs. */
export const bestEntries = (policy: ScorePolicy, sellOuts: readonly SellOut[]): readonly BoardEntry[] =>
  sellOuts
    .map((sellOut) => entryOf(policy, sellOut))
    .sort(compareEntries)
    .slice(0, boardSize);
