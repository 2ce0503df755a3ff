/** The one in the middle. */
export const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

type Figures = Readonly<Record<string, number>>;

/**
 * Measures in turns, A B A B …, so that whatever else the machine does meets all alike; answers each one's medians,
 * figure by figure.
 */
export const alternate = async <N extends string, F extends Figures>(
  contenders: Readonly<Record<N, () => Promise<F>>>,
  rounds = 3,
): Promise<Readonly<Record<N, F>>> => {
  const names = Object.keys(contenders) as N[];
  const seen = new Map<N, F[]>(names.map((name) => [name, []]));
  for (let round = 0; round < rounds; round += 1)
    for (const name of names) seen.get(name)?.push(await contenders[name]());
  const medians = (all: readonly F[]) =>
    Object.fromEntries(Object.keys(all[0] ?? {}).map((key) => [key, median(all.map((one) => one[key] ?? 0))])) as F;
  return Object.fromEntries(names.map((name) => [name, medians(seen.get(name) ?? [])])) as Record<N, F>;
};
