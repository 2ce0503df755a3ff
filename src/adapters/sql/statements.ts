import type { Lock, Parameter } from "./dialect.js";
import type { Statements } from "./transaction.js";

const hasEmptyList = (parameters: readonly Parameter[]): boolean =>
  parameters.some((parameter) => Array.isArray(parameter) && parameter.length === 0);

/** Reads rows. An empty list in `IN (?)` matches no row, so no statement is sent. */
export const selectRows = async <Row>(
  trx: Statements,
  sql: string,
  parameters: readonly Parameter[],
): Promise<readonly Row[]> =>
  hasEmptyList(parameters) ? [] : ((await trx.run(sql, parameters)).rows as readonly Row[]);

/** Reads rows and locks them until the transaction ends. */
export const lockRows = <Row>(
  trx: Statements,
  sql: string,
  parameters: readonly Parameter[],
  lock: Lock = "UPDATE",
): Promise<readonly Row[]> => selectRows(trx, sql + trx.dialect.lock(lock), parameters);

/** Changes rows. Returns how many matched; an empty list in `IN (?)` matches none. */
export const changeRows = async (trx: Statements, sql: string, parameters: readonly Parameter[]): Promise<number> =>
  hasEmptyList(parameters) ? 0 : (await trx.run(sql, parameters)).changes;
