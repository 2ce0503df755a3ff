/** Returns the median. */
export const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

type Values = Readonly<Record<string, number>>;

/**
 * Measures the contenders alternately (A B A B …), so that a disturbance of the machine affects all of them. Returns the
 * medians of each contender's values.
 */
export const alternate = async <C extends Readonly<Record<string, () => Promise<Values>>>>(
  contenders: C,
  rounds = 5,
): Promise<{ readonly [N in keyof C]: Awaited<ReturnType<C[N]>> }> => {
  const results = new Map<string, Values[]>(Object.keys(contenders).map((name) => [name, []]));
  for (let round = 0; round < rounds; round += 1)
    for (const [name, run] of Object.entries(contenders)) results.get(name)?.push(await run());
  const medians = (all: readonly Values[]) =>
    Object.fromEntries(Object.keys(all[0] ?? {}).map((key) => [key, median(all.map((one) => one[key] ?? 0))]));
  return Object.fromEntries([...results].map(([name, all]) => [name, medians(all)])) as never;
};
