import { randomUUID } from "node:crypto";
import { describe, it } from "vitest";
import { onHostWithClockAhead } from "../support/clock-ahead.js";
import { expectDropSurvives } from "../support/drop-with-faults.js";
import { profiles, restartNode, startNode } from "../support/node.js";

describe.each(profiles)("a killed node whose clock was 90 s ahead, $name", ({ live, settings: createSettings }) => {
  // If the node dated its leases by its clock, they would end later than polls wait.
  it.skipIf(!live)("has a successor on another host in bounded time", async () => {
    const settings = await createSettings();
    const node = await startNode({ ...settings, ...onHostWithClockAhead(90_000) });
    const fail = async () => {
      await node.kill();
      await restartNode(node, settings);
    };
    const drop = { shoppers: 100, coupons: 50, couponId: `ahead-${randomUUID()}` };
    await expectDropSurvives(node.client, drop, [{ after: 20, inject: fail }]);
  });
});
