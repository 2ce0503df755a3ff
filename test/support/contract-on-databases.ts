import { afterEach, describe, expect, it } from "vitest";
import type { Database } from "../../src/adapters/sql/database.js";
import { type OpenedDatabase, openSqlBackends, type SqlBackend } from "./backends.js";

/** The clauses of a port's contract. Each runs on a new database. */
export type Clauses<Port> = Readonly<Record<string, (port: Port, under: OpenedDatabase) => Promise<void>>>;

/** A known-wrong implementation, which one clause must reject. */
export type KnownWrong<Port> = {
  readonly wrong: string;
  readonly breaks: string;
  readonly make: (db: Database) => Port;
  /** Removes a guard from the database itself. */
  readonly spoil?: (db: Database) => Promise<unknown>;
  /** The only database that has more than one connection, and so a race to lose. */
  readonly only?: SqlBackend["name"];
};

/** Runs the clauses on every available database, and each known-wrong implementation against the clause it breaks. */
export const contractOnDatabases = <Port>(
  port: string,
  make: (db: Database) => Port,
  clauses: Clauses<Port>,
  knownWrong: readonly KnownWrong<Port>[],
): void => {
  for (const { name, live, open } of openSqlBackends())
    describe.skipIf(!live)(`${port} on ${name}`, () => {
      let close = async () => {};
      afterEach(() => close());
      const opened = async () => {
        const under = await open();
        close = under.close;
        return under;
      };

      for (const [promise, clause] of Object.entries(clauses))
        it(promise, async () => {
          const under = await opened();
          await clause(make(under.db), under);
        });

      for (const { wrong, breaks, make: makeWrong, spoil, only } of knownWrong)
        it.runIf(only === undefined || only === name)(`rejects an implementation that ${wrong}`, async () => {
          const under = await opened();
          await spoil?.(under.db);
          const clause = clauses[breaks];
          if (clause === undefined) throw new Error(`no clause: ${breaks}`);
          await expect(clause(makeWrong(under.db), under)).rejects.toThrow();
        });
    });
};
