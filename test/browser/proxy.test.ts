import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { expectFreshness, expectText, hasBrowser, visit } from "../support/browser.js";
import { createCoupon, startHttpApp } from "../support/http-app.js";

/** The browser logs every request that is rejected. */
const expected = /status of (404|503)/;
const proxyResponse = { status: 404, contentType: "text/html", body: "<h1>404 Not Found</h1>" };

/** Responds like a proxy that blocks these paths. */
const blockPaths = (page: Page, paths: RegExp) =>
  page.route(
    (url) => paths.test(url.pathname),
    (route) => route.fulfill(proxyResponse),
  );

describe.skipIf(!hasBrowser)("the page behind a proxy", () => {
  it("is live and names the blocked parts if the proxy blocks probes, metrics and admin routes", async () => {
    const app = await startHttpApp();
    const couponId = await createCoupon(app);
    const { page } = await visit(`${app.url}/#/health`, { expected });
    await blockPaths(page, /^\/((metrics|readyz|livez)$|api\/v1\/admin\/)/);
    await page.reload();
    for (const part of ["backends", "metrics", "lag", "dead-letters"])
      await expectText(page, `section[aria-labelledby=${part}]`, /A proxy blocks this path \(status 404\)/);
    expect(await page.locator("main").textContent()).not.toMatch(/Loading/);
    await expectFreshness(page, /^Live$/);
    await page.goto(`${app.url}/#/drop/${couponId}`);
    await expectText(page, "[data-fact=remaining]", /^10$/);
    await expectFreshness(page, /^Live$/);
  });

  it("is stale if the proxy cannot reach the service and responds itself", async () => {
    const app = await startHttpApp();
    const couponId = await createCoupon(app);
    // This view sends no requests except the pulse.
    const { page } = await visit(`${app.url}/#/drop/no-such-drop`, { expected });
    await expectText(page, "h1", /^Drop not found$/);
    await expectFreshness(page, /^Live$/);
    const drop = await visit(`${app.url}/#/drop`, { expected });
    await blockPaths(page, /./);
    await expectFreshness(page, /^Stale since /);
    // A proxy's 404 does not mean that the drop does not exist.
    await blockPaths(drop.page, /^\/api\//);
    await drop.page.goto(`${app.url}/#/drop/${couponId}`);
    await expectFreshness(drop.page, /^Stale since /);
    for (const each of [page, drop.page]) await each.unrouteAll();
    await expectText(drop.page, "[data-fact=remaining]", /^10$/);
    for (const each of [page, drop.page]) await expectFreshness(each, /^Live$/);
  });

  it("shows the service's own 503: which backend is unavailable", async () => {
    const readiness = async () => ({ status: "unavailable", checks: { database: "cannot be reached" } }) as const;
    const { page } = await visit(`${(await startHttpApp({ readiness })).url}/#/health`, { expected });
    await expectText(page, "#readiness", /^Unavailable$/);
    await expectText(page, ".verdict.bad", /^cannot be reached$/);
    await expectFreshness(page, /^Live$/);
  });
});
