import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { hasBrowser, is, reads, visit } from "../support/browser.js";
import { openCoupon, startHttpApp } from "../support/http-app.js";

/** A browser tells of every request that is refused. */
const expected = /status of (404|503)/;
const ofProxy = { status: 404, contentType: "text/html", body: "<h1>404 Not Found</h1>" };

/** Answers in the service's place, as a proxy does for what it closes. */
const close = (page: Page, paths: RegExp) =>
  page.route(
    (url) => paths.test(url.pathname),
    (route) => route.fulfill(ofProxy),
  );

describe.skipIf(!hasBrowser)("behind a proxy", () => {
  it("that closes probes, figures and admin routes: live, and says what is closed", async () => {
    const app = await startHttpApp();
    const couponId = await openCoupon(app);
    const { page } = await visit(`${app.url}/#/health`, { expected });
    await close(page, /^\/((metrics|readyz|livez)$|api\/v1\/admin\/)/);
    await page.reload();
    for (const part of ["engines", "figures", "lag", "dead-letters"])
      await reads(page, `section[aria-labelledby=${part}]`, /Closed here: .* with 404/);
    expect(await page.locator("main").textContent()).not.toMatch(/Reading/);
    await is(page, /^Live$/);
    await page.goto(`${app.url}/#/drop/${couponId}`);
    await reads(page, "[data-fact=remaining]", /^10$/);
    await is(page, /^Live$/);
  });

  it("that has lost the service and answers by itself: stale", async () => {
    const app = await startHttpApp();
    const couponId = await openCoupon(app);
    // Nothing but the pulse asks here.
    const { page } = await visit(`${app.url}/#/drop/no-such-drop`, { expected });
    await reads(page, "h1", /^No such drop$/);
    await is(page, /^Live$/);
    const drop = await visit(`${app.url}/#/drop`, { expected });
    await close(page, /./);
    await is(page, /^Stale since /);
    // What a proxy says of a drop is not the service's word.
    await close(drop.page, /^\/api\//);
    await drop.page.goto(`${app.url}/#/drop/${couponId}`);
    await is(drop.page, /^Stale since /);
    for (const each of [page, drop.page]) await each.unrouteAll();
    await reads(drop.page, "[data-fact=remaining]", /^10$/);
    for (const each of [page, drop.page]) await is(each, /^Live$/);
  });

  it("that passes the service's own 503: what is unavailable is said", async () => {
    const readiness = async () => ({ status: "unavailable", checks: { database: "cannot be reached" } }) as const;
    const { page } = await visit(`${(await startHttpApp({ readiness })).url}/#/health`, { expected });
    await reads(page, "#readiness", /^Unavailable$/);
    await reads(page, ".verdict.bad", /^cannot be reached$/);
    await is(page, /^Live$/);
  });
});
