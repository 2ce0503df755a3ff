import { describe, expect, it } from "vitest";
import { lockRowsOf } from "../support/locked-row.js";
import { profiles, startWithLog } from "../support/node.js";
import { type PlacedOrder, ShopClient } from "../support/shop-client.js";

const ordersOf = (productId: string, wave: number): readonly PlacedOrder[] =>
  Array.from({ length: 6 }, (_, n) => ({ orderId: `${productId}-${wave}-${n}`, shopper: `shopper-${n}` }));

/** Starts a service with the products a and b. */
const openShop = async (given: Readonly<Record<string, string>>) => {
  const { url, lines } = await startWithLog(given);
  const shop = new ShopClient(url);
  for (const productId of ["a", "b"]) await shop.addProduct(productId);
  const place = (productId: string, orders: readonly PlacedOrder[]) =>
    Promise.all(orders.map((order) => shop.placeOrder(order, [{ productId, quantity: 1 }])));
  const metrics = async () => (await fetch(new URL("/metrics", url))).text();
  return { shop, lines, place, metrics };
};

const awaitingPayment = expect.objectContaining({ status: "awaiting-payment" });

describe.each(profiles.filter(({ name }) => name !== "embedded"))("a locked product, $name", ({ live, settings }) => {
  // Proves: A1
  it.skipIf(!live)("delays its own orders, and is named by a metric and the log", async () => {
    const given = await settings();
    const { shop, lines, place, metrics } = await openShop(given);
    const release = await lockRowsOf(given.DATABASE_URL ?? "", "products WHERE product_id = 'a'");

    for (const wave of [1, 2]) {
      const [blocked, free] = [ordersOf("a", wave), ordersOf("b", wave)];
      await Promise.all([place("a", blocked), place("b", free)]);
      expect(await Promise.all(free.map((order) => shop.waitForDecision(order)))).toEqual(
        free.map(() => awaitingPayment),
      );
      for (const order of blocked) expect(await shop.getOrder(order)).toMatchObject({ status: "pending" });
    }
    expect(lines).toContainEqual(
      expect.objectContaining({ msg: "rows locked by another session", table: "products", keys: ["a"] }),
    );
    await expect.poll(metrics).toContain('rushboard_rows_locked{table="products"} 1');
    await expect.poll(metrics).toContain('rushboard_events_postponed{group="inventory"} 12');

    await release();
    const waited = [...ordersOf("a", 1), ...ordersOf("a", 2)];
    expect(await Promise.all(waited.map((order) => shop.waitForDecision(order)))).toEqual(
      waited.map(() => awaitingPayment),
    );
    expect(await shop.audit("a")).toMatchObject({ balanced: true, reserved: 12 });
    expect(await shop.deadLetters()).toEqual([]);
    expect(lines).toContainEqual(expect.objectContaining({ msg: "locked rows released", keys: ["a"] }));
  });

  // Proves: A1
  it.skipIf(!live)("leaves connections to requests that do not need a locked order", async () => {
    const given = await settings();
    const { shop, place } = await openShop(given);
    const [[blocked], free] = [ordersOf("a", 1) as [PlacedOrder], ordersOf("b", 1)];
    await Promise.all([place("a", [blocked]), place("b", free)]);
    await Promise.all([blocked, ...free].map((order) => shop.waitForDecision(order)));
    const release = await lockRowsOf(given.DATABASE_URL ?? "", `orders WHERE order_id = '${blocked.orderId}'`);
    const responses = await Promise.all(Array.from({ length: 40 }, () => shop.cancelOrder(blocked)));
    for (const { status, body } of responses)
      expect({ status, body }).toMatchObject({ status: 503, body: { code: "resource-busy" } });
    const cancelled = await Promise.all(free.map((order) => shop.cancelOrder(order)));
    expect(cancelled.map(({ status }) => status)).toEqual(free.map(() => 202));
    await release();
    await shop.poll(
      () => shop.cancelOrder(blocked),
      ({ status }) => status === 202,
    );
  });
});
