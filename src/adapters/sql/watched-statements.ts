import type { LockTarget, Parameter } from "./dialect.js";
import { lockedTableOf, tableOf } from "./lock-target.js";
import type { LockedRows } from "./locked-rows.js";
import { isLockTimeout, LockTimeout } from "./sql-errors.js";
import type { RunStatements, Statements } from "./transaction.js";

/** A statement that has waited too long for a lock, and its error. */
class Waited extends LockTimeout {
  readonly sql: string;
  readonly parameters: readonly Parameter[];

  constructor(sql: string, parameters: readonly Parameter[], cause: unknown) {
    super(tableOf(sql) ?? "unknown", cause);
    this.sql = sql;
    this.parameters = parameters;
  }
}

/**
 * Runs statements, and rejects those that need a row which is known as locked by another session. After a statement has
 * waited too long, finds the row that it has waited for, on the same connection: work that waits for a connection must
 * find the row among the known ones.
 * @throws DomainError `resource-busy`
 */
export const watched =
  (run: RunStatements, lockedRows: LockedRows): RunStatements =>
  (work) =>
    run(async (statements) => {
      try {
        return await work(watch(statements, lockedRows));
      } catch (error) {
        if (!(error instanceof Waited)) throw error;
        const { connection, dialect } = statements;
        await statements.run("ROLLBACK");
        const findLocked = (rows: LockTarget) => dialect.findLocked(connection, rows);
        throw (await lockedRows.explain(error.sql, error.parameters, findLocked)) ?? error;
      }
    });

const watch = (statements: Statements, lockedRows: LockedRows): Statements => {
  const { connection, dialect } = statements;
  const findLocked = (rows: LockTarget) => dialect.findLocked(connection, rows, "in a transaction");
  const earlier: string[] = [];
  // Another session of this process may have waited for rows that this transaction holds. They do not block it.
  const holdsRows = (sql: string) => {
    const table = lockedTableOf(sql);
    return table !== undefined && earlier.some((before) => lockedTableOf(before) === table);
  };
  return {
    ...statements,
    run: async (sql, parameters = []) => {
      const run = async () => {
        try {
          return await statements.run(sql, parameters);
        } catch (error) {
          throw isLockTimeout(error) ? new Waited(sql, parameters, error) : error;
        }
      };
      const isFree = lockedRows.isEmpty || holdsRows(sql);
      const outcome = await (isFree ? run() : lockedRows.run(sql, parameters, findLocked, run));
      earlier.push(sql);
      return outcome;
    },
  };
};
