/** The measurements of a rehearsal, and the promises that it broke. */
export type Verdict = {
  readonly measurements: Readonly<Record<string, number | string>>;
  readonly broken: readonly string[];
};

/** Returns the value below which the given share of the values lies. */
const percentile = (values: readonly number[], share: number): number => {
  const sorted = [...values].sort((a, b) => a - b);
  return Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0);
};

/** Formats the median and the 99th percentile of the known times. */
export const percentiles = (times: readonly (number | null)[]): string => {
  const known = times.filter((time) => time !== null);
  return `${percentile(known, 0.5)} / ${percentile(known, 0.99)} ms`;
};

/** Returns a function that adds a promise to `broken` unless it is kept. */
export const promiseCheck = (broken: string[]) => (promise: string, isKept: boolean) => {
  if (!isKept) broken.push(promise);
};
