import { type Connection, createConnection, escape as literal } from "mysql2/promise";
import type { BusinessDay } from "../../src/domain/business-day.js";
import { operator } from "../../test/support/operator.js";
import { openUseCases } from "../application.js";
import { answerJob, timed } from "../timed.js";

export type DailyCloseJob = {
  readonly way: "service" | "pages" | "rows";
  readonly url: string;
  readonly day: BusinessDay;
  readonly products: number;
};

const page = 2000;

/** A day that is booked, one sale a product, and not closed. */
const seed = async (connection: Connection, { day, products }: DailyCloseJob) => {
  const at = Date.parse(`${day}T03:00:00Z`);
  for (let from = 0; from < products; from += 5000) {
    const ids = Array.from({ length: Math.min(5000, products - from) }, (_, n) => `product-${from + n}`);
    await connection.query(
      `INSERT INTO sales (sale_id, product_id, quantity, unit_price, occurred_at, business_day, unbooked)
       VALUES ${literal(ids.map((id) => [`shop:${day}-${id}`, id, 2, 1000, at, day, null]) as never)}`,
    );
    await connection.query(
      `INSERT INTO product_sales_daily (product_id, business_day, quantity, revenue)
       VALUES ${literal(ids.map((id) => [id, day, 2, 2000]) as never)}`,
    );
    await connection.query(
      `INSERT INTO product_sales_total (product_id, quantity) VALUES ${literal(ids.map((id) => [id, 2]) as never)}
       ON DUPLICATE KEY UPDATE quantity = quantity + VALUES(quantity)`,
    );
  }
};

const sum = "SELECT product_id, SUM(quantity) AS quantity, SUM(quantity * unit_price) AS revenue FROM sales";

/** The note's way: for each product its sales of the day, then its row. */
const rowByRow = async (connection: Connection, { day, products }: DailyCloseJob) => {
  for (let n = 0; n < products; n += 1) {
    const [rows] = await connection.query(
      `${sum} WHERE business_day = '${day}' AND product_id = 'product-${n}' GROUP BY product_id`,
    );
    const [row] = rows as { quantity: string; revenue: string }[];
    await connection.query(
      `INSERT INTO product_sales_daily (product_id, business_day, quantity, revenue)
       VALUES ('product-${n}', '${day}', ${row?.quantity}, ${row?.revenue})
       ON DUPLICATE KEY UPDATE quantity = VALUES(quantity), revenue = VALUES(revenue)`,
    );
  }
};

/** Locks and sums a page with plain statements, without comparing the sums. */
const byPages = async (connection: Connection, { day }: DailyCloseJob) => {
  for (let last = ""; ; ) {
    const [found] = await connection.query(
      `SELECT product_id FROM product_sales_daily
       WHERE business_day = '${day}' AND product_id > '${last}' ORDER BY product_id LIMIT ${page}`,
    );
    const ids = (found as { product_id: string }[]).map(({ product_id }) => product_id);
    if (ids.length === 0) return;
    const list = literal(ids);
    await connection.beginTransaction();
    await connection.query(
      `SELECT * FROM product_sales_daily WHERE business_day = '${day}' AND product_id IN (${list}) FOR UPDATE`,
    );
    await connection.query(
      `${sum} WHERE business_day = '${day}' AND product_id IN (${list}) AND unbooked IS NULL GROUP BY product_id`,
    );
    await connection.commit();
    last = ids.at(-1) ?? "";
  }
};

answerJob(async (job: DailyCloseJob) => {
  const connection = await createConnection({ uri: job.url });
  await seed(connection, job);
  const { closeDay, close } = await openUseCases({ DATABASE_URL: job.url });
  globalThis.gc?.();
  const before = process.memoryUsage().rss;
  const ways = {
    service: async () => {
      const { rows, drift } = await closeDay.execute(job.day, operator);
      if (rows !== job.products || drift.length > 0) throw new Error(`${rows} rows, ${drift.length} differed`);
    },
    pages: () => byPages(connection, job),
    rows: () => rowByRow(connection, job),
  };
  const result = await timed(job.products, ways[job.way]);
  const mebibytes = (process.memoryUsage().rss - before) / 2 ** 20;
  await Promise.all([close(), connection.end()]);
  return { ...result, mebibytes };
});
