import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { hasBrowser, is, reads, recorded, visit } from "../support/browser.js";
import { asker, openCoupon, startHttpApp } from "../support/http-app.js";
import { profiles, startNode } from "../support/node.js";

const claimState = "#claim-state";
const button = "main form button";

/** Starts the service with one drop; answers how to speak to it, and the drop's address. */
const open = async (settings: Readonly<Record<string, string>>, facts: Readonly<Record<string, unknown>>) => {
  const { url } = await startNode(settings);
  const ask = asker(url.origin);
  const couponId = `drop-${randomUUID()}`;
  const body = { couponId, name: "Autumn tenner", discount: { type: "percent", value: 10 }, ...facts };
  expect(await ask("POST", "/api/v1/coupons", { body })).toMatchObject({ status: 201 });
  return { ask, couponId, address: `${url.origin}/#/drop/${couponId}` };
};

describe.skipIf(!hasBrowser)("a rush seen through the page", () => {
  for (const { name, live, settings } of profiles)
    it.skipIf(!live)(`${name}: claim, position, result, and sold out for the next`, async () => {
      const { ask, couponId, address } = await open(await settings(), { quantity: 20 });
      const { page } = await visit(address);
      const late = await visit(address, { size: "phone" });
      await page.locator("#shopper").fill("kim");
      const said = await recorded(page, claimState);
      await reads(page, button, /^Claim$/);
      // By keyboard: from the name to the button, and press it.
      await page.locator("#shopper").focus();
      await page.keyboard.press("Tab");
      const answered = page.waitForResponse((response) => response.request().method() === "POST");
      await page.keyboard.press("Enter");
      expect((await answered).status()).toBe(202);
      const crowd = Array.from({ length: 60 }, (_, n) => `shopper-${n}`);
      await Promise.all(crowd.map((as) => ask("POST", `/api/v1/coupons/${couponId}/claims`, { as })));

      await reads(page, claimState, /^It is yours\. You were number 1\.$/);
      expect(await said()).toEqual(expect.arrayContaining(["Claiming", expect.stringMatching(/^You are number 1\./)]));
      await reads(page, "[data-fact=issued]", /^20$/);
      await reads(page, "[data-fact=remaining]", /^0$/);
      await reads(page, "figcaption", /^20 of 20 issued\.$/);
      await reads(page, "#announcer", /^Autumn tenner: Sold out$/);
      await reads(late.page, button, /^Sold out$/);
      expect(await late.page.locator(button).isDisabled()).toBe(true);

      // The tab remembers who claimed, so that a reload finds the result again, and the curve from its beginning.
      await page.reload();
      await reads(page, claimState, /^It is yours\. You were number 1\.$/);
      await reads(page, "figcaption", /^20 of 20 issued\.$/);
      await is(page, /^Live$/);
    });

  it("a drop that is still to open counts down, and opens without a reload", async () => {
    const app = await startHttpApp();
    const opensAt = new Date(Date.now() + 3_600_000).toISOString();
    await openCoupon(app, { couponId: "autumn", name: "Autumn tenner", opensAt });
    const { page } = await visit(`${app.url}/#/drop/autumn`);
    await reads(page, ".timer", /^Opens in (1:00:00|0:59:\d\d)$/);
    await reads(page, button, /^Not open yet$/);
    expect(await page.locator(button).isDisabled()).toBe(true);
    app.advance(3_600_000);
    await reads(page, button, /^Claim$/);
    await reads(page, "#announcer", /^Autumn tenner: Open$/);
    expect(await page.locator(button).isDisabled()).toBe(false);
  });

  it("a click that comes too late is told so, and costs nothing", async () => {
    const { ask, couponId, address } = await open((await profiles[0]?.settings()) ?? {}, { quantity: 1 });
    const late = await visit(address);
    await reads(late.page, button, /^Claim$/);
    // This visitor hears nothing of the coupon any more, so the button stays.
    const known = (await ask("GET", `/api/v1/coupons/${couponId}`)).text;
    await late.page.route(`**/api/v1/coupons/${couponId}`, (route) =>
      route.fulfill({ body: known, contentType: "application/json" }),
    );
    expect(await ask("POST", `/api/v1/coupons/${couponId}/claims`, { as: "kim" })).toMatchObject({ status: 202 });
    await late.page.locator(button).click();
    await reads(late.page, claimState, /^Sold out\./);
    expect(late.forgive(/status of 409 .*\/claims$/)).toHaveLength(1);
  });

  it("a claim that is not answered is sent again by itself, as the same shopper", async () => {
    const { ask, couponId, address } = await open((await profiles[0]?.settings()) ?? {}, { quantity: 5 });
    const { page, forgive } = await visit(address);
    let sent = 0;
    await page.route("**/claims", (route) => (sent++ === 0 ? route.abort() : route.continue()));
    await page.locator("#shopper").fill("lee");
    await page.locator(button).click();
    await reads(page, claimState, /^It is yours\./);
    expect((await ask("GET", `/api/v1/coupons/${couponId}/claims/me`, { as: "lee" })).body.status).toBe("succeeded");
    expect(forgive(/ERR_FAILED .*\/claims$/)).toHaveLength(1);
  });

  it("who gives no name is known again after a reload", async () => {
    const { address } = await open((await profiles[0]?.settings()) ?? {}, { quantity: 5 });
    const { page } = await visit(address);
    await page.locator(button).click();
    await reads(page, claimState, /^It is yours\. You were number 1\.$/);
    const name = await page.locator("#shopper").inputValue();
    expect(name).toMatch(/^visitor-\w+$/);
    await page.reload();
    await reads(page, claimState, /^It is yours\. You were number 1\.$/);
    await reads(page, button, /^Claimed$/);
    expect(await page.locator("#shopper").inputValue()).toBe(name);
  });

  it("a drop that there is not says so", async () => {
    const { address } = await open((await profiles[0]?.settings()) ?? {}, { quantity: 1 });
    const { page, forgive } = await visit(`${new URL(address).origin}/#/drop/no-such-drop`);
    await reads(page, "h1", /^No such drop$/);
    expect(forgive(/status of 404 .*no-such-drop$/)).toHaveLength(1);
  });
});
