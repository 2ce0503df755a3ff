import { Redis } from "ioredis";
import { type Connection, createConnection, escape as literal } from "mysql2/promise";
import { salesBoardKey } from "../../src/adapters/redis/redis-keys.js";
import { systemClock } from "../../src/adapters/system/system-clock.js";
import { type BusinessDay, businessDayAt, plusDays, startOfDay, type TimeZone } from "../../src/domain/business-day.js";
import type { ProductId, SaleId } from "../../src/domain/ids.js";
import type { Money } from "../../src/domain/money.js";
import { productSold, type Sale } from "../../src/domain/sale.js";
import { boardName, firstDayOf, raisedBoards, type WindowBoard } from "../../src/domain/sales-window.js";
import { after } from "../../src/domain/time.js";
import { openUseCases } from "../application.js";
import { answerJob, timed } from "../timed.js";

export type SalesJob = {
  readonly way: "service" | "bare";
  readonly url: string;
  readonly redisUrl: string;
  readonly run: string;
  readonly products: number;
  readonly count: number;
  /** The time of day on the booking node. In the last hour sales also raise tomorrow's boards. */
  readonly time: "noon" | "last hour";
};

const slice = 500;
const hourMs = 3_600_000;
const zone = "Asia/Seoul" as TimeZone;

const salesOf = ({ run, products, count }: SalesJob): readonly Sale[] => {
  const now = systemClock.now();
  const today = businessDayAt(now, zone);
  return Array.from({ length: count }, (_, n) => ({
    saleId: `shop:${run}-${String(n).padStart(7, "0")}` as SaleId,
    // Spread over the products by a step that meets them all.
    productId: `product-${(n * 7919) % products}` as ProductId,
    quantity: 1 + (n % 5),
    unitPrice: 1000 as Money,
    occurredAt: now,
    businessDay: today,
  }));
};

const insert = async (connection: Connection, sales: readonly Sale[]) => {
  for (let from = 0; from < sales.length; from += 2000) {
    const rows = sales
      .slice(from, from + 2000)
      .map((sale) => [sale.saleId, sale.productId, sale.quantity, sale.unitPrice, sale.occurredAt, sale.businessDay]);
    await connection.query(
      `INSERT INTO sales (sale_id, product_id, quantity, unit_price, occurred_at, business_day)
       VALUES ${literal(rows as never)}`,
    );
  }
};

/** Books one batch with plain statements: the booking, one query for the totals of all boards, and `ZADD GT`. */
const bookByPlainStatements = async (
  connection: Connection,
  redis: Redis,
  batch: readonly Sale[],
  today: BusinessDay,
  boards: readonly WindowBoard[],
) => {
  const ids = literal(batch.map(({ saleId }) => saleId) as never);
  const units = new Map<ProductId, number>();
  for (const { productId, quantity } of batch) units.set(productId, (units.get(productId) ?? 0) + quantity);
  const products = [...units].sort(([a], [b]) => (a < b ? -1 : 1));
  await connection.beginTransaction();
  await connection.query(`SELECT * FROM sales WHERE sale_id IN (${ids}) AND unbooked = 1 ORDER BY sale_id FOR UPDATE`);
  await connection.query(
    `INSERT INTO product_sales_daily (product_id, business_day, quantity, revenue)
     VALUES ${literal(products.map(([id, n]) => [id, today, n, 1000 * n]) as never)}
     ON DUPLICATE KEY UPDATE quantity = quantity + VALUES(quantity), revenue = revenue + VALUES(revenue)`,
  );
  await connection.query(
    `INSERT INTO product_sales_total (product_id, quantity) VALUES ${literal(products as never)}
     ON DUPLICATE KEY UPDATE quantity = quantity + VALUES(quantity)`,
  );
  await connection.query(`UPDATE sales SET unbooked = NULL WHERE sale_id IN (${ids}) AND unbooked = 1`);
  await connection.commit();
  const sums = boards.map((board, n) =>
    board.window === "all"
      ? `MAX(ever.quantity) AS b${n}`
      : `SUM(CASE WHEN business_day BETWEEN '${firstDayOf(board)}' AND '${board.lastDay}' THEN daily.quantity END) AS b${n}`,
  );
  const [rows] = await connection.query(
    `SELECT ever.product_id, ${sums.join(", ")} FROM product_sales_total ever
     LEFT JOIN product_sales_daily daily
       ON daily.product_id = ever.product_id AND business_day >= '${plusDays(today, -30)}'
     WHERE ever.product_id IN (${literal(products.map(([id]) => id) as never)}) GROUP BY ever.product_id`,
  );
  const totals = rows as Record<string, string | number>[];
  await Promise.all(
    boards.map((board, n) =>
      redis.zadd(bareKey(board), "GT", ...totals.flatMap((row) => [Number(row[`b${n}`] ?? 0), String(row.product_id)])),
    ),
  );
};

const bareKey = (board: WindowBoard) => `bare:${boardName(board)}`;

answerJob(async (job: SalesJob) => {
  const connection = await createConnection({ uri: job.url });
  const redis = new Redis(job.redisUrl);
  const sales = salesOf(job);
  await insert(connection, sales);
  const today = businessDayAt(systemClock.now(), zone);
  const hoursOfDay = job.time === "noon" ? 12 : 23.5;
  const clock = { now: () => after(startOfDay(today, zone), hoursOfDay * hourMs) };
  const urls = { DATABASE_URL: job.url, REDIS_URL: job.redisUrl };
  const { bookSales, fillBoards, close } = await openUseCases(urls, { clock });
  // Boards contain every product that was ever sold, so their size does not depend on the sales of this run.
  await fillBoards.execute();
  const boards = raisedBoards(new Set([today]), clock.now(), zone);
  for (const board of boards) await redis.copy(salesBoardKey(board), bareKey(board));
  const batches = Array.from({ length: Math.ceil(job.count / slice) }, (_, n) =>
    sales.slice(n * slice, (n + 1) * slice),
  );
  const events = batches.map((batch) => batch.map((sale) => productSold(sale, sale.occurredAt)));
  await redis.config("RESETSTAT");
  const result = await timed(job.count, async () => {
    for (const [n, batch] of batches.entries())
      await (job.way === "service"
        ? bookSales.execute(events[n] ?? [])
        : bookByPlainStatements(connection, redis, batch, today, boards));
  });
  const stats = await redis.info("commandstats");
  const own = stats.matchAll(/cmdstat_(?:zadd|expireat|evalsha):.*usec=(\d+)/g);
  const micros = [...own].reduce((sum, [, usec]) => sum + Number(usec), 0);
  redis.disconnect();
  await Promise.all([close(), connection.end()]);
  return { ...result, redisMicroseconds: micros / job.count };
});
