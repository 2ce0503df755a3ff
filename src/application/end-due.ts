import { attemptBatch, type Failure } from "./attempt-batch.js";

const sliceSize = 500;

/**
 * Ends what is due, slice by slice, until nothing is left that can end. Answers how many did.
 * @param due the first of those that are due now, at most `limit`
 * @param end answers how many of a slice ended
 * @throws the first error of one that could not end, once the others have
 */
export const endDue = async <T>(
  due: (limit: number) => Promise<readonly T[]>,
  end: (slice: readonly T[]) => Promise<number>,
): Promise<number> => {
  let total = 0;
  const failures: Failure<T>[] = [];
  for (;;) {
    const items = await due(sliceSize);
    let ended = 0;
    const failed = await attemptBatch(items, async (slice) => {
      ended += await end(slice);
    });
    failures.push(...failed);
    total += ended;
    if (items.length < sliceSize || ended === 0) break;
  }
  if (failures[0] !== undefined) throw failures[0].error;
  return total;
};
