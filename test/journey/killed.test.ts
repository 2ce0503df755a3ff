import { randomUUID } from "node:crypto";
import { describe, it } from "vitest";
import { profiles, startAgain, startNode } from "../support/node.js";
import { expectPromisesUnder } from "../support/rush.js";

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
    await expectPromisesUnder(node.client, { shoppers: 2000, coupons: 1000, couponId: `killed-${randomUUID()}` }, [
      { after: 50, strike: kill },
      { after: 500, strike: kill },
    ]);
  });
});
