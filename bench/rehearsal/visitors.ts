/** The number of visitors that send their first request at the same time. */
const batch = 256;

/**
 * Runs `count` visits, at most `batch + extra` at the same time. `extra` is the number of visitors that may wait for a
 * result without blocking others. Returns what the visits return, in the order in which they end.
 */
export const runVisitors = async <T>(
  count: number,
  extra: number,
  visit: (n: number) => Promise<T>,
): Promise<readonly T[]> => {
  const results: T[] = [];
  const running = new Set<Promise<unknown>>();
  for (let n = 0; n < count; n += 1) {
    const run = visit(n)
      .then((result) => results.push(result))
      .finally(() => running.delete(run));
    running.add(run);
    if (running.size >= batch + extra) await Promise.race(running);
    else if (running.size % batch === 0) await new Promise(setImmediate);
  }
  await Promise.all(running);
  return results;
};
