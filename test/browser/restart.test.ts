import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { hasBrowser, is, reads, visit } from "../support/browser.js";
import { patientAsker } from "../support/http-app.js";
import { profiles, startAgain, startNode } from "../support/node.js";

const couponId = `drop-${randomUUID()}`;
const discount = { type: "fixed", value: 3000 };
const product = { productId: "cup", name: "Cup", unitPrice: 9000, stock: 50 };

/** A browser tells of every request that met nobody. */
const expected = /net::ERR_|status of 503/;

describe.skipIf(!hasBrowser)("the service killed and started again under an open page", () => {
  for (const profile of profiles)
    it.skipIf(!profile.live)(
      `${profile.name}: the pages say that they are stale, and come back by themselves`,
      async () => {
        const given = await profile.settings();
        const node = await startNode(given);
        const { origin } = node.url;
        const ask = patientAsker(origin);
        const sell = (saleId: string, quantity: number) => {
          const sales = [{ saleId, productId: "cup", quantity, unitPrice: 9000 }];
          return ask("POST", "/api/v1/sales", { body: { sales } });
        };
        await ask("POST", "/api/v1/coupons", { body: { couponId, name: "Tenner", quantity: 5, discount } });
        await ask("POST", "/api/v1/products", { body: product });
        expect(await sell("before", 2)).toMatchObject({ status: 202 });
        const visits = [
          await visit(`${origin}/#/drop/${couponId}`, { expected }),
          await visit(`${origin}/#/boards?window=1d`, { expected }),
          await visit(`${origin}/#/health`, { size: "phone", expected }),
        ] as const;
        const [drop, boards, health] = visits;
        await reads(drop.page, "[data-fact=remaining]", /^5$/);
        await reads(boards.page, "[data-product] .number", /^2\n/);
        await reads(health.page, "#readiness", /^Ready$/);
        for (const { page } of visits) await is(page, /^Live$/);

        await node.kill();
        for (const { page } of visits) await is(page, /^Stale since \d\d:\d\d:\d\d, reconnecting$/);
        // What was known last stays readable.
        await reads(drop.page, "[data-fact=remaining]", /^5$/);
        await reads(boards.page, "[data-product] .number", /^2\n/);

        await startAgain(node, given);
        const { status } = await ask("POST", `/api/v1/coupons/${couponId}/claims`, { as: "kim" });
        // 200 where one that was given up had come through.
        expect([202, 200]).toContain(status);
        expect(await sell("after", 3)).toMatchObject({ status: 202 });
        await reads(drop.page, "[data-fact=remaining]", /^4$/);
        await reads(boards.page, "[data-product] .number", /^5\n/);
        await reads(health.page, "#readiness", /^Ready$/);
        for (const { page } of visits) await is(page, /^Live$/);
      },
    );
});
