/** Returns the median. */
export const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

type Values = Readonly<Record<string, number>>;

/**
 * Measures the contenders alternately (A B A B …), so that a disturbance of the machine affects all of them. Returns the
 * medians of each contender's values.
 */
export const alternate = async <N extends string, F extends Values>(
  contenders: Readonly<Record<N, () => Promise<F>>>,
  rounds = 3,
): Promise<Readonly<Record<N, F>>> => {
  const names = Object.keys(contenders) as N[];
  const results = new Map<N, F[]>(names.map((name) => [name, []]));
  for (let round = 0; round < rounds; round += 1)
    for (const name of names) results.get(name)?.push(await contenders[name]());
  const medians = (all: readonly F[]) =>
    Object.fromEntries(Object.keys(all[0] ?? {}).map((key) => [key, median(all.map((one) => one[key] ?? 0))])) as F;
  return Object.fromEntries(names.map((name) => [name, medians(results.get(name) ?? [])])) as Record<N, F>;
};
