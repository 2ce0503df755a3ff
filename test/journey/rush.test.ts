import { describe, expect, it } from "vitest";
import { profiles, startNode } from "../support/node.js";
import { expectPromises } from "../support/rush.js";
import { sizeOf } from "../support/test-size.js";

const { shoppers, coupons } = sizeOf({
  short: { shoppers: 1000, coupons: 100 },
  long: { shoppers: 10_000, coupons: 1000 },
});

describe.each(profiles)("a rush, $name", ({ live, settings }) => {
  describe.skipIf(!live)("in one process", () => {
    // Proves: C1, C5
    it(`gives each coupon once when ${shoppers} shoppers claim ${coupons} coupons`, async () => {
      const { client } = await startNode(await settings());
      await expectPromises(client, shoppers, coupons);
    });

    // Proves: C4
    it("gives everyone a coupon where there are enough", async () => {
      const { client } = await startNode(await settings());
      await expectPromises(client, 300, 500);
    });

    it("opens and closes to the clock", async () => {
      const { client } = await startNode(await settings());
      const open = async (couponId: string, window: object) => {
        const facts = { couponId, name: couponId, quantity: 1, discount: { type: "fixed", value: 1 } };
        expect(await client.call("POST", "/api/v1/coupons", "operator", { ...facts, ...window })).toMatchObject({
          status: 201,
        });
        return client.call("POST", `/api/v1/coupons/${couponId}/claims`, "shopper");
      };
      const tell = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString();
      const suffix = Date.now();
      const refused = { status: 409, body: { code: "coupon-not-open" } };
      expect(await open(`early-${suffix}`, { opensAt: tell(1) })).toMatchObject(refused);
      expect(await open(`late-${suffix}`, { opensAt: tell(-2), closesAt: tell(-1) })).toMatchObject(refused);
      expect(await open(`now-${suffix}`, { opensAt: tell(-1), closesAt: tell(1) })).toMatchObject({ status: 202 });
    });
  });
});
