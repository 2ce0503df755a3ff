/** Formats the median and the 95th percentile of times in ms. */
export const recoveryTimes = (times: readonly number[]): string => {
  const sorted = times.toSorted((a, b) => a - b);
  const seconds = (share: number) => ((sorted[Math.ceil(share * sorted.length) - 1] ?? Number.NaN) / 1000).toFixed(1);
  return `p50 ${seconds(0.5)} s, p95 ${seconds(0.95)} s`;
};
