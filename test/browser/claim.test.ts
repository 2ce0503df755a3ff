import type { Page, Route } from "playwright-core";
import { describe, expect, it } from "vitest";
import { expectText, hasBrowser, visit } from "../support/browser.js";
import { createCoupon, type HttpApp, startHttpApp } from "../support/http-app.js";

const claimState = "#claim-state";
const button = "main form button";
const eventStreams = "**/tasks/*/events?*";

const busy = { status: 503, contentType: "application/problem+json", body: '{"title":"Busy","code":"busy"}' };

/** Opens the page of a new drop as the shopper kim. */
const openDropAsKim = async () => {
  const app = await startHttpApp();
  const couponId = await createCoupon(app);
  const visited = await visit(`${app.url}/#/drop/${couponId}`);
  await visited.page.locator("#shopper").fill("kim");
  await expectText(visited.page, button, /^Claim$/);
  return { app, couponId, ...visited };
};

const changeName = async (page: Page, name: string): Promise<void> => {
  await page.locator("#shopper").fill(name);
  await page.locator("#shopper").blur();
};

/** Waits longer than the page's retry delay of one second: the page checks the service every three seconds. */
const waitForTwoPulses = async (page: Page): Promise<void> => {
  for (let pulse = 0; pulse < 2; pulse++) await page.waitForResponse("**/livez");
};

const claimOf = (app: HttpApp, couponId: string, as: string) =>
  app.ask("GET", `/api/v1/coupons/${couponId}/claims/me`, { as });

describe.skipIf(!hasBrowser)("a claim after the shopper's name has changed", () => {
  it("is not retried under the new name", async () => {
    const { app, couponId, page, takeFaults } = await openDropAsKim();
    const shoppers: (string | undefined)[] = [];
    await page.route("**/claims", (route) => {
      shoppers.push(route.request().headers()["x-user-id"]);
      return shoppers.length === 1 ? route.fulfill(busy) : route.continue();
    });
    await page.locator(button).click();
    await expectText(page, claimState, /^No response yet\./);
    await changeName(page, "lee");
    await expectText(page, button, /^Claim$/);
    await waitForTwoPulses(page);
    expect(shoppers).toEqual(["kim"]);
    expect((await claimOf(app, couponId, "lee")).status).toBe(404);
    await expectText(page, claimState, /^$/);

    await page.locator(button).click();
    await expectText(page, claimState, /^Your position is 1\./);
    expect(shoppers).toEqual(["kim", "lee"]);
    expect(takeFaults(/status of 503 .*\/claims$/)).toHaveLength(1);
  });

  it("does not show a late response to the old name's claim", async () => {
    const { page } = await openDropAsKim();
    const paused = new Promise<Route>((resolve) => void page.route("**/claims", resolve));
    await page.locator(button).click();
    const lateRequest = await paused;
    await changeName(page, "lee");
    await expectText(page, button, /^Claim$/);
    await lateRequest.continue().catch(() => {}); // the page may have cancelled the request
    await waitForTwoPulses(page);
    await expectText(page, claimState, /^$/);
    await expectText(page, button, /^Claim$/);
  });
});

describe.skipIf(!hasBrowser)("a claim whose event stream is rejected", () => {
  it("is followed with a new ticket when the old one has expired", async () => {
    const { app, page, takeFaults } = await openDropAsKim();
    const tickets: (string | null)[] = [];
    await page.route(eventStreams, (route) => {
      if (tickets.length === 0) app.advance(3_600_001);
      tickets.push(new URL(route.request().url()).searchParams.get("ticket"));
      return route.continue();
    });
    await page.locator(button).click();
    await expect.poll(() => tickets.length).toBe(2);
    await expectText(page, claimState, /^Your position is 1\./);
    await app.work();
    await expectText(page, claimState, /^You got the coupon\. Your position was 1\.$/);
    expect(tickets).toHaveLength(2);
    expect(takeFaults(/status of 401 .*\/events\?/)).toHaveLength(1);
  });

  it("gets its result by polling", async () => {
    const { app, page, takeFaults } = await openDropAsKim();
    await page.route(eventStreams, (route) => route.fulfill(busy));
    await page.locator(button).click();
    await expectText(page, claimState, /^Your position is 1\./);
    await app.work();
    await expectText(page, claimState, /^You got the coupon\. Your position was 1\.$/);
    expect(takeFaults(/status of 503 .*\/events\?/)).not.toEqual([]);
  });
});
