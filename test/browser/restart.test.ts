import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { expectFreshness, expectText, hasBrowser, visit } from "../support/browser.js";
import { retryingJsonClient } from "../support/json-client.js";
import { profiles, restartNode, startNode } from "../support/node.js";

const couponId = `drop-${randomUUID()}`;
const discount = { type: "fixed", value: 3000 };
const product = { productId: "cup", name: "Cup", unitPrice: 9000, stock: 50 };

/** The browser logs every request that fails while the service is down. */
const expected = /net::ERR_|status of 503/;

describe.skipIf(!hasBrowser)("a service that is killed and restarted under an open page", () => {
  for (const profile of profiles)
    it.skipIf(!profile.live)(`${profile.name}: the page becomes stale and recovers without a reload`, async () => {
      const settings = await profile.settings();
      const node = await startNode(settings);
      const { origin } = node.url;
      const ask = retryingJsonClient(origin);
      const reportSale = (saleId: string, quantity: number) => {
        const sales = [{ saleId, productId: "cup", quantity, unitPrice: 9000 }];
        return ask("POST", "/api/v1/sales", { body: { sales } });
      };
      await ask("POST", "/api/v1/coupons", { body: { couponId, name: "Tenner", quantity: 5, discount } });
      await ask("POST", "/api/v1/products", { body: product });
      expect(await reportSale("before", 2)).toMatchObject({ status: 202 });
      const visits = [
        await visit(`${origin}/#/drop/${couponId}`, { expected }),
        await visit(`${origin}/#/boards?window=1d`, { expected }),
        await visit(`${origin}/#/health`, { size: "phone", expected }),
      ] as const;
      const [drop, boards, health] = visits;
      await expectText(drop.page, "[data-fact=remaining]", /^5$/);
      await expectText(boards.page, "[data-product] .number", /^2\n/);
      await expectText(health.page, "#readiness", /^Ready$/);
      for (const { page } of visits) await expectFreshness(page, /^Live$/);

      await node.kill();
      for (const { page } of visits) await expectFreshness(page, /^Stale since \d\d:\d\d:\d\d, reconnecting$/);
      // The last known data stays on the page.
      await expectText(drop.page, "[data-fact=remaining]", /^5$/);
      await expectText(boards.page, "[data-product] .number", /^2\n/);

      await restartNode(node, settings);
      const { status } = await ask("POST", `/api/v1/coupons/${couponId}/claims`, { as: "kim" });
      // A retry gets 200 if the claim was accepted before its response was lost.
      expect([202, 200]).toContain(status);
      expect(await reportSale("after", 3)).toMatchObject({ status: 202 });
      await expectText(drop.page, "[data-fact=remaining]", /^4$/);
      await expectText(boards.page, "[data-product] .number", /^5\n/);
      await expectText(health.page, "#readiness", /^Ready$/);
      for (const { page } of visits) await expectFreshness(page, /^Live$/);
    });
});
