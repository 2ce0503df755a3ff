import { describe, expect, it } from "vitest";
import { type Profile, profiles, restartNode, startNode } from "../support/node.js";
import { addWaveProducts, type OrderStep, orderSteps, runOrderWave } from "../support/order-wave.js";
import { type OrderView, ShopClient } from "../support/shop-client.js";
import { ShopDatabase } from "../support/shop-database.js";
import { sizeOf } from "../support/test-size.js";

/** Each list is one service, which is killed at each of its steps. */
const killedAt = sizeOf<readonly (readonly OrderStep[])[]>({
  short: [["stock.reserved", "payment open"]],
  long: [0, 3, 6].map((from) => orderSteps.slice(from, from + 3)),
});

/** Kills and restarts a service at each step, while the orders of earlier waves are still running. */
const expectOrdersSurviveKills = async ({ settings: createSettings }: Profile, steps: readonly OrderStep[]) => {
  const settings = await createSettings();
  let node = await startNode(settings);
  const shop = new ShopClient(node.url);
  await addWaveProducts(shop);
  const waves: Promise<readonly OrderView[]>[] = [];
  for (const step of steps) {
    const stepReached = new Promise<void>((resolve, reject) => {
      const wave = runOrderWave(shop, step.replaceAll(/\W/g, "-"), step === "payment open", (reached) => {
        if (reached === step) resolve();
      });
      wave.then(() => reject(new Error(`no order reached ${step}`)), reject);
      waves.push(wave);
    });
    await stepReached;
    await node.kill();
    node = await restartNode(node, settings);
  }
  const orders = (await Promise.all(waves)).flat();

  const countOf = (end: string) => orders.filter(({ status, reason }) => end === (reason ?? status)).length;
  // In each wave 4 orders have no coupon, 4 get a coupon, 4 come too late for the same coupon, and 4 want too much.
  const n = 4 * steps.length;
  const counts = [countOf("confirmed"), countOf("coupon-not-redeemable"), countOf("out-of-stock"), orders.length];
  expect(counts).toEqual([2 * n, n, n, 4 * n]);
  const database = ShopDatabase.open(settings);
  await database.waitUntilIdle();
  await database.expectPromises();
  for (const productId of ["cup", "plate", "rare"])
    expect(await shop.audit(productId)).toMatchObject({ reserved: 0, balanced: true });
  expect(await shop.deadLetters()).toEqual([]);
};

describe.each(profiles)("a service that is killed while orders are processed, $name", (profile) => {
  // Proves: O2
  it.skipIf(!profile.live)(`ends all orders correctly after a kill at ${killedAt.flat().join(", ")}`, async () => {
    await Promise.all(killedAt.map((steps) => expectOrdersSurviveKills(profile, steps)));
  });
});
