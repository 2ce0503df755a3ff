import { isBackendUnavailable } from "../domain/problem.js";

/** An item that failed on its own while the backends answered. */
export type FailedItem<T> = { readonly item: T; readonly error: unknown };

/**
 * Works on the whole batch. If that fails, works on each item separately, in order, so that one item's failure does not
 * fail its neighbors. Returns the items that failed separately.
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
  const failures: FailedItem<T>[] = [];
  for (const item of items) failures.push(...(await attemptBatch([item], work)));
  return failures;
};
