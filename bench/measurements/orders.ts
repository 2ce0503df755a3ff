import { randomUUID } from "node:crypto";
import { createConnection, escape as literal } from "mysql2/promise";
import { runJob } from "../job.js";
import type { Speed } from "../load.js";
import { atLeast, atMost, type Measurement, speed } from "../measurement.js";
import type { OrdersJob } from "../programs/orders.js";
import { alternate } from "../rounds.js";

const count = 20_000;
const warmup = 5000;
const fewPast = 1000;
const manyPast = Number(process.env.BENCH_ORDERS ?? 1_000_000);

/** Orders of two lines that were confirmed long ago, of a thousand shoppers. */
const addPastOrders = async (url: string, orders: number): Promise<void> => {
  const connection = await createConnection({ uri: url });
  const columns =
    "order_id, user_id, status, step, order_lines, timeline, subtotal, discount, placed_at, expires_at, payment_id";
  const lines = JSON.stringify([
    ["a", 2, 1000],
    ["b", 1, 1000],
  ]);
  const events = ["order.placed", "stock.reserved", "order.priced", "order.confirmed"];
  for (let at = 0; at < orders; at += 5000) {
    const rows = Array.from({ length: Math.min(5000, orders - at) }, (_, n) => {
      const placedAt = 1_700_000_000_000 + (at + n) * 1000;
      const timeline = JSON.stringify(events.map((event) => [event, placedAt]));
      const facts = [randomUUID(), `shopper-${n % 1000}`, "confirmed", "priced", lines, timeline, 3000, 0];
      return [...facts, placedAt, placedAt + 600_000, randomUUID()];
    });
    await connection.query(`INSERT INTO orders (${columns}) VALUES ${literal(rows as never)}`);
  }
  await connection.end();
};

/**
 * The steps from a placed order to its payment or cancellation, compared with three plain batch steps, and by the number
 * of past orders.
 */
export const orders: Measurement = async (backends) => {
  const { DATABASE_URL: url } = await backends.settings("orders");
  let runs = 0;
  const run = (way: OrdersJob["way"], on: string, timed = count) => {
    runs += 1;
    return runJob<Speed>("orders", { way, url: on, run: `run${runs}`, warmup, count: timed } satisfies OrdersJob);
  };
  const { service, batches } = await alternate({
    service: () => run("service", url),
    batches: () => run("batches", url),
  });
  const { DATABASE_URL: full } = await backends.settings("orders_many");
  await addPastOrders(full, manyPast);
  const { few, many } = await alternate({
    few: async () => {
      const { DATABASE_URL: fresh } = await backends.settings(`orders_few_${runs}`);
      await addPastOrders(fresh, fewPast);
      return run("service", fresh, count / 2);
    },
    many: () => run("service", full, count / 2),
  });
  const past = (orders: number) => `orders, ${orders.toLocaleString("en")} past ones: the service`;
  return [
    { what: `orders, ${count}, 5 % failing: the service`, value: speed(service), target: "" },
    { what: "orders: three plain batch steps", value: speed(batches), target: "" },
    atLeast("orders: rate versus batch hops", service.rate / batches.rate, 0.75),
    { what: past(fewPast), value: speed(few), target: "" },
    { what: past(manyPast), value: speed(many), target: "" },
    atMost("orders: cost of each, many past ones versus few", few.rate / many.rate, 1.2),
  ];
};
