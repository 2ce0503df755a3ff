import { isBackendUnavailable } from "../domain/problem.js";

/** An item that failed on its own while the backends answered. */
export type FailedItem<T> = { readonly item: T; readonly error: unknown };

/** A batch that fails is split into this many parts. So few failing items cost few attempts, and many cost little more. */
const parts = 8;

/**
 * Works on the whole batch. If that fails, works on ever smaller parts of it, in order, so that one item's failure does
 * not fail its neighbors (A1). Returns the items that failed separately.
 * @throws DomainError `engine-unavailable` if any attempt throws it: then no item is at fault
 */
export const attemptBatch = async <T>(
  items: readonly T[],
  work: (items: readonly T[]) => Promise<void>,
): Promise<readonly FailedItem<T>[]> => {
  if (items.length === 0) return [];
  try {
    await work(items);
    return [];
  } catch (error) {
    if (isBackendUnavailable(error)) throw error;
    const [item] = items;
    if (items.length === 1 && item !== undefined) return [{ item, error }];
  }
  const size = Math.ceil(items.length / parts);
  const failures: FailedItem<T>[] = [];
  for (let from = 0; from < items.length; from += size)
    failures.push(...(await attemptBatch(items.slice(from, from + size), work)));
  return failures;
};

/** Works on each item separately, in order. Otherwise as `attemptBatch`. */
export const attemptEach = async <T>(
  items: readonly T[],
  work: (item: T) => Promise<void>,
): Promise<readonly FailedItem<T>[]> => {
  const failures: FailedItem<T>[] = [];
  for (const item of items) failures.push(...(await attemptBatch([item], () => work(item))));
  return failures;
};

/** @throws the error of the first failure, if there is any */
export const throwFirst = ([first]: readonly FailedItem<unknown>[]): void => {
  if (first !== undefined) throw first.error;
};
