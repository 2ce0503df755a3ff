import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { profiles, startNode } from "../support/node.js";
import { SeededRandom } from "../support/seeded-random.js";
import { type OrderView, type PlacedOrder, ShopClient, type ShopResponse } from "../support/shop-client.js";
import { ShopDatabase } from "../support/shop-database.js";
import { sizeOf } from "../support/test-size.js";

const cup = [{ productId: "cup", quantity: 1 }];
const races = sizeOf({ short: 40, long: 200 });
/** So few at the same time that each order is priced before it expires. */
const concurrency = sizeOf({ short: 10, long: 40 });
/** Of twenty shoppers one pays immediately and one never. The others pay at about the time of expiry. */
const paymentTimeOf = (n: number) => (["immediately", "never"] as const)[n % 20] ?? "at expiry";
const methods = ["sandbox-ok", "sandbox-ok", "sandbox-ok", "sandbox-declined", "sandbox-slow"] as const;

/** Waits until consumers process orders fast enough: with Kafka they join their groups first. */
const waitForConsumers = async (shop: ShopClient) => {
  for (let n = 0; ; n += 1) {
    const order = { orderId: `early-${n}`, shopper: "early" };
    await shop.placeOrder(order, cup);
    if ((await shop.waitForDecision(order)).status === "awaiting-payment") return;
  }
};

const endOf = ({ status, reason }: OrderView) => (reason === undefined ? status : `${status}: ${reason}`);
const resultOf = (response: ShopResponse | null) =>
  response === null ? "none" : String(response.body.code ?? response.body.status);

describe.each(profiles)("payments at the time of expiry, $name", ({ live, settings: createSettings }) => {
  // Proves: O2
  it.skipIf(!live)(`${races} orders are either paid and confirmed, or expired and not charged`, async () => {
    const settings = { ...(await createSettings()), ORDER_TTL_SECONDS: "2" };
    const shop = new ShopClient((await startNode(settings)).url);
    await shop.addProduct("cup", { stock: 1000 });
    await waitForConsumers(shop);
    const random = new SeededRandom(4);

    /** Pays between 250 ms before the expiry and 50 ms after it. */
    const placeAndPay = async (order: PlacedOrder, n: number): Promise<ShopResponse | null> => {
      const paymentTime = paymentTimeOf(n);
      const method = paymentTime === "immediately" ? "sandbox-ok" : random.pick(methods);
      const offsetMs = random.below(300) - 250;
      await shop.placeOrder(order, cup);
      const { status, expiresAt = "", total } = await shop.waitForDecision(order);
      if (status !== "awaiting-payment" || paymentTime === "never") return null;
      if (paymentTime === "at expiry") await sleep(Math.max(0, Date.parse(expiresAt) + offsetMs - Date.now()));
      return shop.pay(order, total, "key", method);
    };
    const results: { readonly response: ShopResponse | null; readonly order: OrderView }[] = [];
    const numbers = Array.from({ length: races }, (_, n) => n).values();
    const runShopper = async () => {
      for (const n of numbers) {
        const order = { orderId: `order-${n}`, shopper: `shopper-${n}` };
        results.push({ response: await placeAndPay(order, n), order: await shop.waitForEnd(order) });
      }
    };
    await Promise.all(Array.from({ length: concurrency }, runShopper));

    const database = ShopDatabase.open(settings);
    await database.waitUntilIdle();
    const outcomes = await Promise.all(
      results.map(async ({ response, order }) => ({
        response: resultOf(response),
        end: endOf(order),
        captured: await database.capturedAmounts(order.orderId),
      })),
    );
    const paid = outcomes.filter(({ end }) => end === "confirmed");
    const expired = outcomes.filter(({ end }) => end === "cancelled: expired");
    expect(paid.length + expired.length).toBe(races);
    expect(paid.length).toBeGreaterThan(0);
    expect(expired.length).toBeGreaterThan(0);
    expect(paid.filter(({ captured }) => captured.join() !== "1000")).toEqual([]);
    expect(expired.filter(({ captured }) => captured.length > 0)).toEqual([]);
    expect(paid.filter(({ response }) => response !== "succeeded" && response !== "unknown")).toEqual([]);
    const rejections = ["none", "order-not-payable", "payment-declined"];
    expect(expired.filter(({ response }) => !rejections.includes(response))).toEqual([]);
    expect(await shop.audit("cup")).toMatchObject({ reserved: 0, sold: paid.length, balanced: true });
    await database.expectPromises();
  });
});
