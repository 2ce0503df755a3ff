import { describe, expect, it } from "vitest";
import { expectDropKeepsPromises } from "../support/drop-with-faults.js";
import { profiles, sharedNode } from "../support/node.js";
import { sizeOf } from "../support/test-size.js";

const { shoppers, coupons } = sizeOf({
  short: { shoppers: 1000, coupons: 100 },
  long: { shoppers: 10_000, coupons: 1000 },
});

describe.each(profiles)("a drop, $name", (profile) => {
  describe.skipIf(!profile.live)("in one process", () => {
    const shared = sharedNode(profile);

    // Proves: C1, C5
    it(`issues each coupon once, by position, when ${shoppers} shoppers claim ${coupons} coupons`, async () => {
      await expectDropKeepsPromises(shared.node.client, shoppers, coupons);
    });

    // Proves: C4
    it("issues a coupon to every shopper if there are enough", async () => {
      await expectDropKeepsPromises(shared.node.client, 300, 500);
    });

    it("accepts claims between opensAt and closesAt only", async () => {
      const { client } = shared.node;
      const create = async (couponId: string, window: object) => {
        const coupon = { couponId, name: couponId, quantity: 1, discount: { type: "fixed", value: 1 }, ...window };
        expect(await client.call("POST", "/api/v1/coupons", "operator", coupon)).toMatchObject({ status: 201 });
      };
      const claim = (couponId: string) => client.call("POST", `/api/v1/coupons/${couponId}/claims`, "shopper");
      const claimIn = async (couponId: string, window: object) => {
        await create(couponId, window);
        return claim(couponId);
      };
      const inHours = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString();
      const suffix = Date.now();
      const notOpen = { status: 409, body: { code: "coupon-not-open" } };
      expect(await claimIn(`early-${suffix}`, { opensAt: inHours(1) })).toMatchObject(notOpen);
      const closesAt = Date.now() + 1000;
      await create(`late-${suffix}`, { opensAt: inHours(-1), closesAt: new Date(closesAt).toISOString() });
      await expect.poll(() => Date.now()).toBeGreaterThan(closesAt);
      expect(await claim(`late-${suffix}`)).toMatchObject(notOpen);
      const open = { opensAt: inHours(-1), closesAt: inHours(1) };
      expect(await claimIn(`now-${suffix}`, open)).toMatchObject({ status: 202 });
    });
  });
});
