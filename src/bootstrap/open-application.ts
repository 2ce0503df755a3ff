import { Container, type ServiceIdentifier } from "inversify";
import type { ApplicationSettings, Ports } from "./ports.js";
import { type UseCases, type UseCaseTable, useCases } from "./use-cases.js";

/** Every use case, port and setting by its name. */
export type Application = UseCases & Ports & ApplicationSettings;

/** The container's identifiers in a need: one, or one per field of a record. */
const identifiersOf = (need: unknown): readonly ServiceIdentifier[] =>
  typeof need === "object" && need !== null ? Object.values(need) : [need as ServiceIdentifier];

/** Puts the values of `identifiersOf` every need back into the shape of the needs. */
const argumentsOf = (needs: readonly unknown[], values: readonly unknown[]): readonly unknown[] => {
  const rest = [...values];
  return needs.map((need) =>
    typeof need === "object" && need !== null
      ? Object.fromEntries(Object.keys(need).map((field) => [field, rest.shift()]))
      : rest.shift(),
  );
};

/**
 * Builds every use case on these ports: the one composition for production, tests, benchmarks and simulations.
 * @param table replaces rows by other classes, for tests that need a known-wrong use case
 */
export const openApplication = (
  ports: Ports,
  settings: ApplicationSettings,
  table: UseCaseTable = useCases,
): Application => {
  const container = new Container();
  const given = { ...ports, ...settings };
  for (const [name, value] of Object.entries(given)) container.bind(name).toConstantValue(value);
  const names = Object.keys(useCases) as (keyof UseCases)[];
  for (const name of names) {
    const { needs, build } = table[name];
    container
      .bind<unknown>(useCases[name].Class)
      .toResolvedValue(
        (...values: unknown[]) => build(...(argumentsOf(needs, values) as never[])),
        needs.flatMap(identifiersOf),
      )
      .inSingletonScope();
  }
  const built = Object.fromEntries(names.map((name) => [name, container.get<unknown>(useCases[name].Class)]));
  return { ...given, ...(built as UseCases) };
};
