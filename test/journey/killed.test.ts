import { randomUUID } from "node:crypto";
import { describe, it } from "vitest";
import { profiles, startAgain, startNode } from "../support/node.js";
import { expectPromisesUnder } from "../support/rush.js";
import { sizeOf } from "../support/test-size.js";

const { shoppers, coupons, kills } = sizeOf({
  short: { shoppers: 400, coupons: 200, kills: [50, 200] },
  long: { shoppers: 2000, coupons: 1000, kills: [50, 500] },
});

describe.each(profiles)("killed in mid-drop, $name", ({ live, settings: prepare }) => {
  // Proves: C3
  it.skipIf(!live)("twice, the service goes on where it was", async () => {
    const settings = await prepare();
    let node = await startNode(settings);
    const kill = async () => {
      await node.kill();
      node = await startAgain(node, settings);
    };
    // The first node's client keeps its address, which is every later node's as well.
    const drop = { shoppers, coupons, couponId: `killed-${randomUUID()}` };
    await expectPromisesUnder(
      node.client,
      drop,
      kills.map((after) => ({ after, strike: kill })),
    );
  });
});
