import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { expectDropKeepsPromises } from "../support/drop-with-faults.js";
import { type Node, profiles, startNode } from "../support/node.js";

const shoppers = Array.from({ length: 20 }, (_, index) => `shopper-${index}`);
const succeeded = shoppers.map(() => expect.objectContaining({ status: "succeeded" }));
const noResults = shoppers.map(() => null);

/** Claims a new coupon for all shoppers. Returns the address of each claim's events. */
const claimAll = async ({ client }: Node) => {
  const couponId = randomUUID();
  const coupon = { couponId, name: "Two nodes", quantity: shoppers.length, discount: { type: "fixed", value: 1 } };
  expect(await client.call("POST", "/api/v1/coupons", "operator", coupon)).toMatchObject({ status: 201 });
  return Promise.all(
    shoppers.map(async (shopper) => {
      const { status, body } = await client.call("POST", `/api/v1/coupons/${couponId}/claims`, shopper);
      expect(status).toBe(202);
      return { shopper, events: (body.links as { events: string }).events };
    }),
  );
};
type Claims = Awaited<ReturnType<typeof claimAll>>;

const followAll = ({ client }: Node, claims: Claims) =>
  Promise.all(claims.map(({ shopper, events }) => client.follow(events, shopper, false)));

/** Opens each stream and disconnects after its first event. */
const openAndLeaveAll = ({ client }: Node, claims: Claims) =>
  Promise.all(claims.map(({ shopper, events }) => client.follow(events, shopper, true)));

describe.each(profiles.filter(({ name }) => name !== "embedded"))("several nodes, $name", ({ live, settings }) => {
  describe.skipIf(!live)("that share the work", () => {
    // Proves: C6
    it("return a result before and after it is settled, twice, on another node, and after a node's death", async () => {
      const prepared = await settings();
      const [first, second] = await Promise.all([
        startNode({ ...prepared, ROLES: "api" }),
        startNode({ ...prepared, ROLES: "api" }),
      ]);
      const claims = await claimAll(first);
      expect(await openAndLeaveAll(second, claims)).toEqual(noResults);
      const twoFollowers = [followAll(second, claims), followAll(second, claims)];
      const interrupted = followAll(first, claims);
      await first.kill();
      expect(await interrupted).toEqual(noResults);

      await startNode({ ...prepared, ROLES: "worker" });
      const [results, sameResults] = await Promise.all(twoFollowers);
      expect(results).toEqual(succeeded);
      expect(sameResults).toEqual(results);
      expect(await followAll(second, claims)).toEqual(results);
      expect(await followAll(await startNode({ ...prepared, ROLES: "api" }), claims)).toEqual(results);
    });

    // Proves: C3
    it("settle claims by the scheduler if no worker runs", async () => {
      const prepared = await settings();
      const api = await startNode({ ...prepared, ROLES: "api" });
      const claims = await claimAll(api);
      await startNode({ ...prepared, ROLES: "scheduler" });
      expect(await followAll(api, claims)).toEqual(succeeded);
    });

    it("keep all promises with one process per role and two workers", async () => {
      const prepared = await settings();
      const [api] = await Promise.all(
        ["api", "worker", "worker", "scheduler"].map((ROLES) => startNode({ ...prepared, ROLES })),
      );
      await expectDropKeepsPromises((api as Node).client, 800, 200);
    });
  });
});
