import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { expectFreshness, expectText, hasBrowser, recordElementTexts, visit } from "../support/browser.js";
import { createCoupon, sharedHttpApp, startHttpApp } from "../support/http-app.js";
import { jsonClient } from "../support/json-client.js";
import { profiles, startNode } from "../support/node.js";

const claimState = "#claim-state";
const button = "main form button";

/** Creates a drop on the service at an origin. */
const openDropAt = async (origin: string, facts: Readonly<Record<string, unknown>>) => {
  const ask = jsonClient(origin);
  const couponId = `drop-${randomUUID()}`;
  const body = { couponId, name: "Autumn tenner", discount: { type: "percent", value: 10 }, ...facts };
  expect(await ask("POST", "/api/v1/coupons", { body })).toMatchObject({ status: 201 });
  return { ask, couponId, address: `${origin}/#/drop/${couponId}` };
};

const app = await sharedHttpApp();
await app.work();

describe.skipIf(!hasBrowser)("a rush on the page", () => {
  for (const { name, live, settings } of profiles)
    it.skipIf(!live)(`${name}: shows position and result to a shopper, and sold out to the next`, async () => {
      const { ask, couponId, address } = await openDropAt((await startNode(await settings())).url.origin, {
        quantity: 20,
      });
      const { page } = await visit(address);
      const late = await visit(address, { size: "phone" });
      await page.locator("#shopper").fill("kim");
      const shown = await recordElementTexts(page, claimState);
      await expectText(page, button, /^Claim$/);
      // Uses the keyboard: from the name to the button.
      await page.locator("#shopper").focus();
      await page.keyboard.press("Tab");
      const response = page.waitForResponse((each) => each.request().method() === "POST");
      await page.keyboard.press("Enter");
      expect((await response).status()).toBe(202);
      const crowd = Array.from({ length: 60 }, (_, n) => `shopper-${n}`);
      await Promise.all(crowd.map((as) => ask("POST", `/api/v1/coupons/${couponId}/claims`, { as })));

      await expectText(page, claimState, /^You got the coupon\. Your position was 1\.$/);
      expect(await shown()).toEqual(
        expect.arrayContaining(["Claiming", expect.stringMatching(/^Your position is 1\./)]),
      );
      await expectText(page, "[data-fact=issued]", /^20$/);
      await expectText(page, "[data-fact=remaining]", /^0$/);
      await expectText(page, "figcaption", /^20 of 20 issued\.$/);
      await expectText(page, "#announcer", /^Autumn tenner: Sold out$/);
      await expectText(late.page, button, /^Sold out$/);
      expect(await late.page.locator(button).isDisabled()).toBe(true);

      // A reload shows the result again, and the curve from its beginning.
      await page.reload();
      await expectText(page, claimState, /^You got the coupon\. Your position was 1\.$/);
      await expectText(page, "figcaption", /^20 of 20 issued\.$/);
      await expectFreshness(page, /^Live$/);
    });

  it("a scheduled drop counts down and opens without a reload", async () => {
    const scheduled = await startHttpApp();
    const opensAt = new Date(Date.now() + 3_600_000).toISOString();
    await createCoupon(scheduled, { couponId: "autumn", name: "Autumn tenner", opensAt });
    const { page } = await visit(`${scheduled.url}/#/drop/autumn`);
    await expectText(page, ".timer", /^Opens in (1:00:00|0:59:\d\d)$/);
    await expectText(page, button, /^Not open yet$/);
    expect(await page.locator(button).isDisabled()).toBe(true);
    scheduled.advance(3_600_000);
    await expectText(page, button, /^Claim$/);
    await expectText(page, "#announcer", /^Autumn tenner: Open$/);
    expect(await page.locator(button).isDisabled()).toBe(false);
  });

  it("a click that is too late shows sold out", async () => {
    const { ask, couponId, address } = await openDropAt(app.url, { quantity: 1 });
    const late = await visit(address);
    await expectText(late.page, button, /^Claim$/);
    // This page does not receive the sell-out, so its button stays enabled.
    const stale = (await ask("GET", `/api/v1/coupons/${couponId}`)).text;
    await late.page.route(`**/api/v1/coupons/${couponId}`, (route) =>
      route.fulfill({ body: stale, contentType: "application/json" }),
    );
    expect(await ask("POST", `/api/v1/coupons/${couponId}/claims`, { as: "kim" })).toMatchObject({ status: 202 });
    await late.page.locator(button).click();
    await expectText(late.page, claimState, /^Sold out\./);
    expect(late.takeFaults(/status of 409 .*\/claims$/)).toHaveLength(1);
  });

  it("a claim without response is retried automatically as the same shopper", async () => {
    const { ask, couponId, address } = await openDropAt(app.url, { quantity: 5 });
    const { page, takeFaults } = await visit(address);
    let sent = 0;
    await page.route("**/claims", (route) => (sent++ === 0 ? route.abort() : route.continue()));
    await page.locator("#shopper").fill("lee");
    await page.locator(button).click();
    await expectText(page, claimState, /^You got the coupon\./);
    expect((await ask("GET", `/api/v1/coupons/${couponId}/claims/me`, { as: "lee" })).body.status).toBe("succeeded");
    expect(takeFaults(/ERR_FAILED .*\/claims$/)).toHaveLength(1);
  });

  it("a visitor without a name keeps the generated name after a reload", async () => {
    const { address } = await openDropAt(app.url, { quantity: 5 });
    const { page } = await visit(address);
    await page.locator(button).click();
    await expectText(page, claimState, /^You got the coupon\. Your position was 1\.$/);
    const name = await page.locator("#shopper").inputValue();
    expect(name).toMatch(/^visitor-\w+$/);
    await page.reload();
    await expectText(page, claimState, /^You got the coupon\. Your position was 1\.$/);
    await expectText(page, button, /^Claimed$/);
    expect(await page.locator("#shopper").inputValue()).toBe(name);
  });

  it("an unknown drop shows an error", async () => {
    const { page, takeFaults } = await visit(`${app.url}/#/drop/no-such-drop`);
    await expectText(page, "h1", /^Drop not found$/);
    expect(takeFaults(/status of 404 .*no-such-drop$/)).toHaveLength(1);
  });
});
