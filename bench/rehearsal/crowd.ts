/** How many come through the door at one instant. */
const atTheDoor = 256;

/** Lets `count` visitors in, so many at once beside those at the door; answers what each met, as they left. */
export const letIn = async <T>(
  count: number,
  inside: number,
  visit: (n: number) => Promise<T>,
): Promise<readonly T[]> => {
  const visits: T[] = [];
  const running = new Set<Promise<unknown>>();
  for (let n = 0; n < count; n += 1) {
    const run = visit(n)
      .then((seen) => visits.push(seen))
      .finally(() => running.delete(run));
    running.add(run);
    if (running.size >= atTheDoor + inside) await Promise.race(running);
    else if (running.size % atTheDoor === 0) await new Promise(setImmediate);
  }
  await Promise.all(running);
  return visits;
};
