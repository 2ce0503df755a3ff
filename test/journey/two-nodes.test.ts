import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { type Node, profiles, startNode } from "../support/node.js";
import { expectPromises } from "../support/rush.js";

const shoppers = Array.from({ length: 20 }, (_, index) => `shopper-${index}`);

/** Claims that nobody settles yet, each with the address of its events. */
const claimAll = async ({ client }: Node) => {
  const couponId = randomUUID();
  const facts = { couponId, name: "Two nodes", quantity: shoppers.length, discount: { type: "fixed", value: 1 } };
  expect(await client.call("POST", "/api/v1/coupons", "operator", facts)).toMatchObject({ status: 201 });
  return Promise.all(
    shoppers.map(async (shopper) => {
      const { status, body } = await client.call("POST", `/api/v1/coupons/${couponId}/claims`, shopper);
      expect(status).toBe(202);
      return { shopper, events: (body.links as { events: string }).events };
    }),
  );
};
type Claimed = Awaited<ReturnType<typeof claimAll>>;

const followAll = ({ client }: Node, claimed: Claimed) =>
  Promise.all(claimed.map(({ shopper, events }) => client.follow(events, shopper, false)));

/** Opens each stream until it says `pending`. */
const glanceAll = ({ client }: Node, claimed: Claimed) =>
  Promise.all(claimed.map(({ shopper, events }) => client.follow(events, shopper, true)));

describe.each(profiles.filter(({ name }) => name !== "embedded"))("several processes, $name", ({ live, settings }) => {
  describe.skipIf(!live)("which share the work", () => {
    // Proves: C6
    it("a result is heard before and after, twice, on another node, and after its own has died", async () => {
      const prepared = await settings();
      const [first, second] = await Promise.all([
        startNode({ ...prepared, ROLES: "api" }),
        startNode({ ...prepared, ROLES: "api" }),
      ]);
      const claimed = await claimAll(first);
      expect(await glanceAll(second, claimed)).toEqual(shoppers.map(() => null));
      const heard = [followAll(second, claimed), followAll(second, claimed)];
      const lost = followAll(first, claimed);
      await first.kill();
      expect(await lost).toEqual(shoppers.map(() => null));

      await startNode({ ...prepared, ROLES: "worker" });
      const [once, twice] = await Promise.all(heard);
      expect(once).toEqual(shoppers.map(() => expect.objectContaining({ status: "succeeded" })));
      expect(twice).toEqual(once);
      expect(await followAll(second, claimed)).toEqual(once);
      expect(await followAll(await startNode({ ...prepared, ROLES: "api" }), claimed)).toEqual(once);
    });

    // Proves: C3
    it("the scheduler alone settles what no worker takes up", async () => {
      const prepared = await settings();
      const api = await startNode({ ...prepared, ROLES: "api" });
      const claimed = await claimAll(api);
      await startNode({ ...prepared, ROLES: "scheduler" });
      expect(await followAll(api, claimed)).toEqual(
        shoppers.map(() => expect.objectContaining({ status: "succeeded" })),
      );
    });

    it("each role in a process of its own, and of the worker two", async () => {
      const prepared = await settings();
      const [api] = await Promise.all(
        ["api", "worker", "worker", "scheduler"].map((ROLES) => startNode({ ...prepared, ROLES })),
      );
      await expectPromises((api as Node).client, 2000, 500);
    });
  });
});
