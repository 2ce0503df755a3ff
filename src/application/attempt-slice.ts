import { isBackendUnavailable } from "../domain/problem.js";

/** An item that failed alone, while the engines answered. */
export type Failure<T> = { readonly item: T; readonly error: unknown };

/**
 * Works on a whole slice at once; where that fails, on each item alone, in order, so that one item's failure never
 * fails its neighbours. Answers the items that failed alone.
 * @throws DomainError `engine-unavailable`, by whichever attempt met it: then nothing is any item's fault.
 */
export const attemptSlice = async <T>(
  items: readonly T[],
  work: (items: readonly T[]) => Promise<void>,
): Promise<readonly Failure<T>[]> => {
  if (items.length === 0) return [];
  try {
    await work(items);
    return [];
  } catch (error) {
    if (isBackendUnavailable(error)) throw error;
    const [item] = items;
    if (items.length === 1 && item !== undefined) return [{ item, error }];
  }
  const failures: Failure<T>[] = [];
  for (const item of items) failures.push(...(await attemptSlice([item], work)));
  return failures;
};
