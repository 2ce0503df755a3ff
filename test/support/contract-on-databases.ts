import { afterEach, describe, expect, it } from "vitest";
import type { Database } from "../../src/adapters/sql/database.js";
import { type OpenedDatabase, openSqlBackends, type SqlBackend } from "./backends.js";

/** What a port promises, each clause on a database of its own. */
export type Clauses<Port> = Readonly<Record<string, (port: Port, under: OpenedDatabase) => Promise<void>>>;

/** An adapter that is wrong in a way that one clause must notice. */
export type Twin<Port> = {
  readonly wrong: string;
  readonly breaks: string;
  readonly make: (db: Database) => Port;
  /** Takes a guard out of the database itself. */
  readonly spoil?: (db: Database) => Promise<unknown>;
  /** Where there is more than one connection, and so anything to guard. */
  readonly only?: SqlBackend["name"];
};

/** Runs a port's clauses on every database there is, and holds each wrong twin against the clause that it breaks. */
export const contractOnDatabases = <Port>(
  port: string,
  make: (db: Database) => Port,
  clauses: Clauses<Port>,
  twins: readonly Twin<Port>[],
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

      for (const { wrong, breaks, make: makeTwin, spoil, only } of twins)
        it.runIf(only === undefined || only === name)(`is told from one that ${wrong}`, async () => {
          const under = await opened();
          await spoil?.(under.db);
          const clause = clauses[breaks];
          if (clause === undefined) throw new Error(`no clause: ${breaks}`);
          await expect(clause(makeTwin(under.db), under)).rejects.toThrow();
        });
    });
};
