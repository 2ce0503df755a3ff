import { randomUUID } from "node:crypto";
import { describe, it } from "vitest";
import { expectDropSurvives } from "../support/drop-with-faults.js";
import { profiles, restartNode, startNode } from "../support/node.js";
import { sizeOf } from "../support/test-size.js";

const { shoppers, coupons, kills } = sizeOf({
  short: { shoppers: 200, coupons: 100, kills: [30, 100] },
  long: { shoppers: 2000, coupons: 1000, kills: [50, 500] },
});

describe.each(profiles)("a service that is killed during a drop, $name", ({ live, settings: createSettings }) => {
  // Proves: C3
  it.skipIf(!live)("keeps all promises after each of two restarts", async () => {
    const settings = await createSettings();
    let node = await startNode(settings);
    const kill = async () => {
      await node.kill();
      node = await restartNode(node, settings);
    };
    // The first node's client works for the later nodes too, because all have the same address.
    const drop = { shoppers, coupons, couponId: `killed-${randomUUID()}` };
    const faults = kills.map((after) => ({ after, inject: kill }));
    await expectDropSurvives(node.client, drop, faults);
  });
});
