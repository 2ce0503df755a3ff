/** How long to wait after the `tries`-th failure in a row (from 1), in ms. */
export type Backoff = (tries: number) => number;

/**
 * Doubles from `firstMs` to `mostMs`; half of it is `chance` (0 to 1), so that those who failed together do not return
 * together.
 */
export const jitteredBackoff =
  (firstMs: number, mostMs: number, chance: () => number): Backoff =>
  (tries) =>
    Math.min(mostMs, firstMs * 2 ** (tries - 1)) * (0.5 + chance() / 2);
