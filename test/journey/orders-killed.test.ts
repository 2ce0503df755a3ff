import { describe, expect, it } from "vitest";
import { Account } from "../support/account.js";
import { type Profile, profiles, startAgain, startNode } from "../support/node.js";
import { fillShelves, type SagaStep, sagaSteps, wave } from "../support/saga-wave.js";
import { type OrderSeen, Shopfront } from "../support/shopfront.js";
import { sizeOf } from "../support/test-size.js";

/** One service that is killed and started again at each of the steps, while earlier orders are still under way. */
const live = async ({ settings: prepare }: Profile, steps: readonly SagaStep[]): Promise<void> => {
  const settings = await prepare();
  let node = await startNode(settings);
  const shop = new Shopfront(node.url);
  await fillShelves(shop);
  const waves: Promise<readonly OrderSeen[]>[] = [];
  for (const step of steps) {
    const reached = new Promise<void>((resolve, reject) => {
      const run = wave(shop, step.replaceAll(/\W/g, "-"), step === "payment open", (heard) => {
        if (heard === step) resolve();
      });
      run.then(() => reject(new Error(`no order came to ${step}`)), reject);
      waves.push(run);
    });
    await reached;
    await node.kill();
    node = await startAgain(node, settings);
  }
  const ends = (await Promise.all(waves)).flat();

  const count = (end: string) => ends.filter(({ status, reason }) => end === (reason ?? status)).length;
  // Of each wave: four plain ones, and of each pair the one that got the coupon; the rest is refused.
  const each = 4 * steps.length;
  const seen = [count("confirmed"), count("coupon-not-redeemable"), count("out-of-stock"), ends.length];
  expect(seen).toEqual([2 * each, each, each, 4 * each]);
  const account = Account.open(settings);
  await account.quiet();
  await account.expectPromises();
  for (const productId of ["cup", "plate", "rare"])
    expect(await shop.audit(productId)).toMatchObject({ reserved: 0, balanced: true });
  expect(await shop.deadLetters()).toEqual([]);
};

/** Each list is one service, which is killed at each of its steps. */
const killedAt = sizeOf<readonly (readonly SagaStep[])[]>({
  short: [["stock.reserved", "payment open"]],
  long: [0, 3, 6].map((from) => sagaSteps.slice(from, from + 3)),
});

describe.each(profiles)("killed at every step of the saga, $name", (profile) => {
  // Proves: O2
  it.skipIf(!profile.live)("all orders end, to the unit and the penny", async () => {
    await Promise.all(killedAt.map((steps) => live(profile, steps)));
  });
});
