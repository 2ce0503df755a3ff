/** What came of a rehearsal, and which promises it broke. */
export type Verdict = {
  readonly figures: Readonly<Record<string, number | string>>;
  readonly broken: readonly string[];
};

/** The value below which `share` of the figures lie. */
const percentile = (values: readonly number[], share: number): number => {
  const sorted = [...values].sort((a, b) => a - b);
  return Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0);
};

/** The middle and the worst but one in a hundred of the times that are known. */
export const times = (values: readonly (number | null)[]): string => {
  const known = values.filter((value) => value !== null);
  return `${percentile(known, 0.5)} / ${percentile(known, 0.99)} ms`;
};

/** Collects what was promised and does not hold. */
export const holding = (broken: string[]) => (promise: string, holds: boolean) => {
  if (!holds) broken.push(promise);
};
