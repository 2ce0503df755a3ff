import { createConnection } from "mysql2/promise";
import { onTestFinished } from "vitest";

/**
 * Locks rows in a separate session, as a program that was left open does. Returns the function that ends the session.
 * @param rows the table and the condition of a SELECT, such as `products WHERE product_id = 'a'`
 */
export const lockRowsOf = async (url: string, rows: string): Promise<() => Promise<void>> => {
  const session = await createConnection({ uri: url });
  let isOpen = true;
  const release = async () => {
    if (isOpen) await session.end();
    isOpen = false;
  };
  onTestFinished(release);
  await session.query("SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED");
  await session.query("BEGIN");
  const [found] = await session.query(`SELECT * FROM ${rows} FOR UPDATE`);
  if ((found as readonly unknown[]).length === 0) throw new Error(`no row: ${rows}`);
  return release;
};
