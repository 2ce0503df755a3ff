import { attemptBatch, type FailedItem, throwFirst } from "./attempt-batch.js";

const batchSize = 500;

/**
 * Processes what is due, batch by batch, until nothing is left that can be processed. Returns how many items were processed.
 * @param findDue returns the first `limit` items that are due now, after the first `skip`: items that failed stay due
 * @param process returns how many items of the batch it has processed
 * @throws the first error of an item that failed, after all others were processed
 */
export const processDue = async <T>(
  findDue: (limit: number, skip: number) => Promise<readonly T[]>,
  process: (batch: readonly T[]) => Promise<number>,
): Promise<number> => {
  let total = 0;
  const failures: FailedItem<T>[] = [];
  for (;;) {
    const items = await findDue(batchSize, failures.length);
    let processed = 0;
    const failed = await attemptBatch(items, async (batch) => {
      processed += await process(batch);
    });
    failures.push(...failed);
    total += processed;
    if (items.length < batchSize || processed + failed.length === 0) break;
  }
  throwFirst(failures);
  return total;
};
