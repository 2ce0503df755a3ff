// A board as redis-rank's documentation suggests: one leaderboard per window, read for every request; names from MySQL.
import express from "express";
import { Redis } from "ioredis";
import { createPool } from "mysql2/promise";
import { Leaderboard } from "redis-rank";

const pool = createPool({ uri: process.env.DATABASE_URL, connectionLimit: 10 });
const board = new Leaderboard(new Redis(process.env.REDIS_URL), "peer:products:3d", {
  sortPolicy: "high-to-low",
  updatePolicy: "aggregate",
});
const products = Number(process.env.PRODUCTS);
for (let from = 0; from < products; from += 1000) {
  const ids = Array.from({ length: Math.min(1000, products - from) }, (_, n) => from + n);
  await board.update(ids.map((n) => ({ id: `product-${n}`, value: 1 + ((n * 7919) % products) })));
}

const app = express();
app.get("/api/v1/rankings/products", async (request, response) => {
  const top = await board.top(Number(request.query.limit ?? 5));
  const [rows] = await pool.query("SELECT product_id, name, unit_price FROM products WHERE product_id IN (?)", [
    top.map(({ id }) => id),
  ]);
  const named = new Map(rows.map((row) => [row.product_id, row]));
  response.json({
    items: top.map(({ id, score, rank }) => ({ rank, productId: id, name: named.get(id)?.name, quantity: score })),
  });
});
app.get("/readyz", (_, response) => response.end());
app.listen(Number(process.env.PORT), "127.0.0.1");
process.once("SIGTERM", () => process.exit(0));
