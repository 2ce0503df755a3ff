import type { Database } from "../../src/adapters/sql/database.js";

type Sent = { readonly sql: string; readonly bindings: readonly (string | number)[] };

/** Returns whether the database would read a whole table or index for a query that `ask` sends. */
export const scansFully = async (db: Database, ask: () => Promise<unknown>): Promise<boolean> => {
  const sent: Sent[] = [];
  const hear = (query: Sent) => sent.push(query);
  db.knex.on("query", hear);
  await ask();
  db.knex.removeListener("query", hear);
  if (sent.length === 0) throw new Error("nothing was asked");
  const plans = await Promise.all(sent.map(({ sql, bindings }) => explain(db, sql, bindings)));
  return plans.flat().some((reads) => reads);
};

/** For each step of a query's plan: whether it reads a whole table or index. */
const explain = async ({ knex, dialect }: Database, sql: string, bindings: Sent["bindings"]): Promise<boolean[]> => {
  if (dialect.name === "sqlite") {
    const steps: { detail: string }[] = await knex.raw(`EXPLAIN QUERY PLAN ${sql}`, bindings);
    return steps.map(({ detail }) => /^SCAN (?!CONSTANT)/.test(detail));
  }
  const [steps]: { type: string | null }[][] = await knex.raw(`EXPLAIN ${sql}`, bindings);
  return (steps ?? []).map(({ type }) => type === "ALL" || type === "index");
};
