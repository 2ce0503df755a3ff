import { pino } from "pino";
import type { Database } from "../../src/adapters/sql/database.js";
import type { Clock } from "../../src/application/ports/clock.js";
import { applicationSettings, openBackends } from "../../src/bootstrap/backends.js";
import { readConfig } from "../../src/bootstrap/config.js";
import type { ApplicationSettings, Ports } from "../../src/bootstrap/ports.js";
import type { UseCase } from "../../src/bootstrap/use-case.js";
import type { UseCases, UseCaseTable } from "../../src/bootstrap/use-cases.js";

/** The ports of the embedded profile on a database of a test. A commit wakes no relay. */
export const testPorts = (database: Database, clock: Clock): Ports => {
  const listeners = { wakeRelay: () => {}, reportLateClose: () => {} };
  return openBackends(readConfig({}), pino({ level: "silent" }), listeners, { database, clock }).ports;
};

export const testSettings: ApplicationSettings = applicationSettings(readConfig({}));

export type UseCaseName = keyof UseCases;
type Given = Partial<Ports & ApplicationSettings>;

/** Puts `given` in place of the ports and settings of those names, also inside a record of needs. */
const replaced = (need: unknown, value: unknown, given: Readonly<Record<string, unknown>>): unknown => {
  if (typeof need === "string") return Object.hasOwn(given, need) ? given[need] : value;
  if (typeof need !== "object" || need === null) return value;
  const fields = Object.entries(value as object).map(([field, part]) => [
    field,
    replaced((need as Readonly<Record<string, unknown>>)[field], part, given),
  ]);
  return Object.fromEntries(fields);
};

/** The same row, whose use case alone receives these ports and settings. */
export const withOwn = <T>(row: UseCase<T>, given: Given): UseCase<T> => ({
  ...row,
  build: (...values) => row.build(...(row.needs.map((need, n) => replaced(need, values[n], given)) as never[])),
});

/** The same table, each of whose use cases receives ports of its own. */
export const withOwnEach = (table: UseCaseTable, givenTo: (name: UseCaseName) => Given): UseCaseTable => {
  const rows = Object.entries(table).map(([name, row]) => [name, withOwn<unknown>(row, givenTo(name as UseCaseName))]);
  return Object.fromEntries(rows) as UseCaseTable;
};

/** The same row with another class, which takes the same needs. */
export const withClass = <T>(row: UseCase<T>, Class: new (...values: never[]) => T): UseCase<T> => ({
  ...row,
  build: (...values) => new Class(...values),
});

/** The same row, whose constructor also receives its optional parameters. */
const withOptions = <T>(row: UseCase<T>, ...options: readonly unknown[]): UseCase<T> => ({
  ...row,
  build: (...values) => row.build(...values, ...(options as never[])),
});

/** The same table, whose fills, comparisons and closings of days take `pageSize` products per page. */
export const withPages = (table: UseCaseTable, pageSize: number): UseCaseTable => ({
  ...table,
  fillBoards: withOptions(table.fillBoards, pageSize),
  compareBoards: withOptions(table.compareBoards, { run: pageSize, page: pageSize }),
  closeDay: withOptions(table.closeDay, pageSize),
});
