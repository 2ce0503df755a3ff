import type { Page, Route } from "playwright-core";
import { describe, expect, it } from "vitest";
import { hasBrowser, reads, visit } from "../support/browser.js";
import { type HttpApp, openCoupon, startHttpApp } from "../support/http-app.js";

const claimState = "#claim-state";
const button = "main form button";
const eventStreams = "**/tasks/*/events?*";

const busy = { status: 503, contentType: "application/problem+json", body: '{"title":"Busy","code":"busy"}' };

/** A visitor of a drop, who is called kim. */
const shopping = async () => {
  const app = await startHttpApp();
  const couponId = await openCoupon(app);
  const visited = await visit(`${app.url}/#/drop/${couponId}`);
  await visited.page.locator("#shopper").fill("kim");
  await reads(visited.page, button, /^Claim$/);
  return { app, couponId, ...visited };
};

const call = async (page: Page, name: string): Promise<void> => {
  await page.locator("#shopper").fill(name);
  await page.locator("#shopper").blur();
};

const claimOf = (app: HttpApp, couponId: string, as: string) =>
  app.ask("GET", `/api/v1/coupons/${couponId}/claims/me`, { as });

describe.skipIf(!hasBrowser)("a claim is the claim of whoever clicked", () => {
  it("is not sent again under a name that was given since", async () => {
    const { app, couponId, page, forgive } = await shopping();
    const senders: (string | undefined)[] = [];
    await page.route("**/claims", (route) => {
      senders.push(route.request().headers()["x-user-id"]);
      return senders.length === 1 ? route.fulfill(busy) : route.continue();
    });
    await page.locator(button).click();
    await reads(page, claimState, /^No answer yet\./);
    await call(page, "lee");
    await reads(page, button, /^Claim$/);
    // The claim would be sent again after a second; the pulse beats each three.
    for (let beats = 0; beats < 2; beats++) await page.waitForResponse("**/livez");
    expect(senders).toEqual(["kim"]);
    expect((await claimOf(app, couponId, "lee")).status).toBe(404);
    await reads(page, claimState, /^$/);

    await page.locator(button).click();
    await reads(page, claimState, /^You are number 1\./);
    expect(senders).toEqual(["kim", "lee"]);
    expect(forgive(/status of 503 .*\/claims$/)).toHaveLength(1);
  });

  it("shows no answer that comes late under another name", async () => {
    const { page } = await shopping();
    const held = new Promise<Route>((resolve) => void page.route("**/claims", resolve));
    await page.locator(button).click();
    const late = await held;
    await call(page, "lee");
    await reads(page, button, /^Claim$/);
    await late.continue().catch(() => {}); // it may be gone already
    for (let beats = 0; beats < 2; beats++) await page.waitForResponse("**/livez");
    await reads(page, claimState, /^$/);
    await reads(page, button, /^Claim$/);
  });
});

describe.skipIf(!hasBrowser)("a claim whose stream is refused", () => {
  it("is followed with a fresh ticket when the old one has expired", async () => {
    const { app, page, forgive } = await shopping();
    const tickets: (string | null)[] = [];
    await page.route(eventStreams, (route) => {
      if (tickets.length === 0) app.advance(3_600_001);
      tickets.push(new URL(route.request().url()).searchParams.get("ticket"));
      return route.continue();
    });
    await page.locator(button).click();
    await expect.poll(() => tickets.length).toBe(2);
    await reads(page, claimState, /^You are number 1\./);
    await app.work();
    await reads(page, claimState, /^It is yours\. You were number 1\.$/);
    expect(tickets).toHaveLength(2);
    expect(forgive(/status of 401 .*\/events\?/)).toHaveLength(1);
  });

  it("comes to its result without one", async () => {
    const { app, page, forgive } = await shopping();
    await page.route(eventStreams, (route) => route.fulfill(busy));
    await page.locator(button).click();
    await reads(page, claimState, /^You are number 1\./);
    await app.work();
    await reads(page, claimState, /^It is yours\. You were number 1\.$/);
    expect(forgive(/status of 503 .*\/events\?/)).not.toEqual([]);
  });
});
