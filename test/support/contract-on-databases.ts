import { afterAll, describe, expect, it } from "vitest";
import { closeDatabase, type Database } from "../../src/adapters/sql/database.js";
import { type OpenedDatabase, openSqlBackends, type SqlBackend } from "./backends.js";

/** The clauses of a port's contract. Each starts with empty tables. */
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

const deleteAllRows = async ({ knex }: Database): Promise<void> => {
  const tables: string[] = await knex("information_schema.tables")
    .whereRaw("table_schema = DATABASE()")
    .whereNot("table_name", "like", "schema_migrations%")
    .pluck("table_name");
  await knex.transaction(async (trx) => {
    for (const table of tables) await trx(table).delete();
  });
};

/**
 * Runs each clause with an empty database. To create one takes MySQL as long as many clauses, so there a suite shares one
 * and each clause gets its own pool. Closing a pool waits for the transactions of a clause that has failed.
 */
class Databases {
  private shared: OpenedDatabase | undefined;
  private readonly backend: SqlBackend;

  constructor(backend: SqlBackend) {
    this.backend = backend;
  }

  async use(run: (under: OpenedDatabase) => Promise<void>, isSpoiled = false): Promise<void> {
    if (isSpoiled || this.backend.name !== "mysql") return this.useNew(run);
    this.shared ??= await this.backend.open();
    const db = this.shared.again?.() ?? this.shared.db;
    try {
      await run({ ...this.shared, db });
    } finally {
      await closeDatabase(db);
      await deleteAllRows(this.shared.db);
    }
  }

  async close(): Promise<void> {
    await this.shared?.close();
  }

  private async useNew(run: (under: OpenedDatabase) => Promise<void>): Promise<void> {
    const under = await this.backend.open();
    await run(under).finally(under.close);
  }
}

/**
 * Runs the clauses on SQLite in memory and on MySQL, and each known-wrong implementation against the clause it breaks.
 * An SQLite file differs in its locks and its durability only, which the suites of databases and migrations test.
 */
export const contractOnDatabases = <Port>(
  port: string,
  make: (db: Database) => Port,
  clauses: Clauses<Port>,
  knownWrong: readonly KnownWrong<Port>[],
): void => {
  for (const backend of openSqlBackends().filter(({ name }) => name !== "sqlite file"))
    describe.skipIf(!backend.live)(`${port} on ${backend.name}`, () => {
      const databases = new Databases(backend);
      afterAll(() => databases.close());

      for (const [promise, clause] of Object.entries(clauses))
        it(promise, () => databases.use((under) => clause(make(under.db), under)));

      for (const { wrong, breaks, make: makeWrong, spoil, only } of knownWrong)
        it.runIf(only === undefined || only === backend.name)(`rejects an implementation that ${wrong}`, () =>
          databases.use(async (under) => {
            await spoil?.(under.db);
            const clause = clauses[breaks];
            if (clause === undefined) throw new Error(`no clause: ${breaks}`);
            await expect(clause(makeWrong(under.db), under)).rejects.toThrow();
          }, spoil !== undefined),
        );
    });
};
