import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { ShopClient } from "./shop-client.js";

/** An order that a shopper placed, and the read that followed. */
export type LoadResult = { readonly at: number; readonly placed: number; readonly read: number | undefined };

/** Shoppers who place orders one after the other, and read each of them as soon as it is placed. */
export type OrderLoad = {
  readonly results: readonly LoadResult[];
  /** The results of requests that began after this moment (`Date.now()`). */
  since(at: number): readonly LoadResult[];
  stop(): Promise<void>;
};

/** Status 0: no response. */
const statusOf = (response: Promise<{ readonly status: number }>): Promise<number> =>
  response.then(
    ({ status }) => status,
    () => 0,
  );

export const startOrderLoad = async (shop: ShopClient, shoppers = 10): Promise<OrderLoad> => {
  const productId = await shop.addProduct(`product-${randomUUID()}`, { stock: 1_000_000 });
  const results: LoadResult[] = [];
  let running = true;
  const orders = async (shopper: string) => {
    while (running) {
      const at = Date.now();
      const orderId = randomUUID();
      const body = { orderId, items: [{ productId, quantity: 1 }] };
      const placed = await statusOf(shop.request("POST", "/orders", { as: shopper, body }));
      const read =
        placed === 202 ? await statusOf(shop.request("GET", `/orders/${orderId}`, { as: shopper })) : undefined;
      results.push({ at, placed, read });
      await sleep(50);
    }
  };
  const loads = Array.from({ length: shoppers }, (_, n) => orders(`shopper-${n}`));
  const stop = async () => {
    running = false;
    await Promise.all(loads);
  };
  return { results, since: (from) => results.filter(({ at }) => at >= from), stop };
};
