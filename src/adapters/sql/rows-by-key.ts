import type { Knex } from "knex";
import { escape as literal } from "mysql2";

/**
 * Reads the rows of these keys, in key order, locked where `lock` says so and the database has locks. Written by hand as
 * inserts are: over a batch of 500, knex's builder and its bindings take longer than the database.
 */
export const rowsByKey = async <Row>(
  trx: Knex.Transaction,
  table: string,
  key: string,
  keys: readonly string[],
  { lock }: { readonly lock: boolean },
): Promise<readonly Row[]> => {
  if (keys.length === 0) return [];
  const sql = (list: string) => `SELECT * FROM ${table} WHERE ${key} IN (${list}) ORDER BY ${key}`;
  if (trx.client.config.client !== "mysql2") return trx.raw(sql(keys.map(() => "?").join(", ")), [...keys]);
  const [rows] = await trx.raw(`${sql(literal([...keys]))}${lock ? " FOR UPDATE" : ""}`);
  return rows;
};
