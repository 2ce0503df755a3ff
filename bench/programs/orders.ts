import { type Connection, createConnection, escape as literal } from "mysql2/promise";
import type { OrderId } from "../../src/domain/ids.js";
import { openUseCases } from "../application.js";
import { answerJob, timed } from "../timed.js";

export type OrdersJob = {
  readonly way: "service" | "batches";
  readonly url: string;
  readonly run: string;
  /** Orders that are taken through first, untimed. */
  readonly warmup: number;
  readonly count: number;
};

const slice = 500;
const products = 100;
/** One of so many orders wants more than is in stock. */
const failing = 20;
const fails = (n: number) => n % failing === 0;

const insert = (connection: Connection, table: string, columns: string, rows: readonly unknown[][], more = "") =>
  connection.query(`INSERT INTO ${table} (${columns}) VALUES ${literal(rows as never)} ${more}`);

/** Products, and placed orders of two lines each. */
const seed = async (connection: Connection, run: string, count: number): Promise<readonly OrderId[]> => {
  const now = Date.now();
  const stock = 10 * count;
  const rows = Array.from({ length: products }, (_, n) => [`${run}-${n}`, "P", 1000, stock, stock, "P", 1000, now]);
  const columns = "product_id, name, unit_price, initial_stock, on_hand, first_name, first_price, created_at";
  await insert(connection, "products", columns, rows);
  const orders = Array.from({ length: count }, (_, n) => {
    const [a, b] = [n % products, (n + 1) % products].map((product) => `${run}-${product}`).sort();
    const lines = JSON.stringify([
      [a, fails(n) ? 1_000_000_000 : 2, 1000],
      [b, 1, 1000],
    ]);
    const due = now + 9_000_000;
    return [`${run}-${n}`, "kim", "pending", "placed", lines, timelineOf(now, 1), 3000, 0, now, due, due, now];
  });
  const orderColumns =
    "order_id, user_id, status, step, order_lines, timeline, subtotal, discount, placed_at, expires_at, due_at, pending_since";
  for (let from = 0; from < count; from += 2000)
    await insert(connection, "orders", orderColumns, orders.slice(from, from + 2000));
  return orders.map(([orderId]) => orderId as OrderId);
};

const events = ["order.placed", "stock.reserved", "order.priced"];
const timelineOf = (at: number, entries: number) =>
  JSON.stringify(events.slice(0, entries).map((event) => [event, at]));

/** Runs one step with plain statements: the locks, the guarded stock, the new states and the events, without decisions. */
const hop = async (connection: Connection, orderIds: readonly string[], step: "stock" | "price" | "cancel") => {
  const now = Date.now();
  await connection.beginTransaction();
  await connection.query(
    `SELECT * FROM orders WHERE order_id IN (${literal([...orderIds])}) ORDER BY order_id FOR UPDATE`,
  );
  if (step === "stock") {
    const run = orderIds[0]?.slice(0, orderIds[0].lastIndexOf("-"));
    const ids = Array.from({ length: products }, (_, n) => `${run}-${n}`);
    await connection.query(`SELECT product_id, on_hand FROM products WHERE product_id IN (${literal(ids)}) FOR UPDATE`);
    const each = Math.floor((3 * orderIds.length) / products);
    await connection.query(
      `UPDATE products SET on_hand = on_hand - ${each}, reserved = reserved + ${each}
       WHERE product_id IN (${literal(ids)}) AND on_hand >= ${each}`,
    );
  }
  const [status, entries] = { stock: ["pending", 2], price: ["awaiting-payment", 3], cancel: ["cancelled", 3] }[
    step
  ] as [string, number];
  const rows = orderIds.map((id) => [id, "kim", status, "stocked", "[]", timelineOf(now, entries), 3000, 0, now, now]);
  const columns = "order_id, user_id, status, step, order_lines, timeline, subtotal, discount, placed_at, expires_at";
  const overwrite = "ON DUPLICATE KEY UPDATE status = VALUES(status), step = VALUES(step), timeline = VALUES(timeline)";
  await insert(connection, "orders", columns, rows, overwrite);
  const outbox = orderIds.map((id) => [
    `${step}:${id}`,
    JSON.stringify({ id, type: step, at: now, data: { orderId: id } }),
  ]);
  await insert(connection, "outbox", "event_id, payload", outbox);
  await connection.commit();
};

answerJob(async (job: OrdersJob) => {
  const connection = await createConnection({ uri: job.url });
  const all = job.warmup + job.count;
  const orderIds = await seed(connection, job.run, all);
  const { reserveStock, priceOrder, cancelOrders, close } = await openUseCases({ DATABASE_URL: job.url });
  const advance = async (first: number, to: number) => {
    for (let from = first; from < to; from += slice) {
      const batch = orderIds.slice(from, from + slice);
      const good = batch.filter((_, n) => !fails(from + n));
      const bad = batch.filter((_, n) => fails(from + n));
      if (job.way === "service") {
        await reserveStock.advance(batch);
        await priceOrder.advance(good);
        await cancelOrders.execute(bad, "out-of-stock");
      } else {
        await hop(connection, batch, "stock");
        await hop(connection, good, "price");
        await hop(connection, bad, "cancel");
      }
    }
  };
  await advance(0, job.warmup);
  const result = await timed(job.count, () => advance(job.warmup, all));
  if (job.way === "service") await assertExact(connection, job.run, all);
  await Promise.all([close(), connection.end()]);
  return result;
});

/** Every order ended where it should, and the stock moved to the unit. @throws Error */
const assertExact = async (connection: Connection, run: string, count: number): Promise<void> => {
  const ask = async (sql: string) => Number(Object.values(((await connection.query(sql)) as never)[0][0])[0]);
  const like = `LIKE ${literal(`${run}-%`)}`;
  const priced = await ask(`SELECT COUNT(*) FROM orders WHERE order_id ${like} AND status = 'awaiting-payment'`);
  const cancelled = await ask(`SELECT COUNT(*) FROM orders WHERE order_id ${like} AND status = 'cancelled'`);
  const reserved = await ask(`SELECT SUM(reserved) FROM products WHERE product_id ${like}`);
  const bad = Math.ceil(count / failing);
  if (cancelled !== bad || priced !== count - bad || reserved !== 3 * priced)
    throw new Error(`sums are wrong: ${priced} priced, ${cancelled} cancelled, ${reserved} reserved`);
};
