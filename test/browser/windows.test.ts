import type { BrowserContext, Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { addProduct } from "../http/order-fixture.js";
import { addSchedule, sellOut } from "../http/seat-fixture.js";
import { expectText, hasBrowser, visit } from "../support/browser.js";
import { createCoupon, type HttpApp, startHttpApp } from "../support/http-app.js";

const [sellers, sellOuts] = ["section[aria-labelledby=best-sellers]", "section[aria-labelledby=sell-outs]"];
const windows = ["1d", "3d", "7d", "30d", "all", "3d", "1d"];

let sales = 0;
const sell = (app: HttpApp, quantity: number) => {
  sales += 1;
  const sale = { saleId: `window-sale-${sales}`, productId: "cup", quantity, unitPrice: 1000 };
  return app.ask("POST", "/api/v1/sales", { body: { sales: [sale] } });
};

/** Opens further windows of the browser of a context, which share its connections. */
const openWindow = async (context: BrowserContext, url: string): Promise<Page> => {
  const page = await context.newPage();
  await page.goto(url);
  return page;
};

const streamsOf = async (app: HttpApp) =>
  Number(/^rushboard_sse_connections (\d+)$/m.exec((await app.client.get("/metrics")).text)?.[1]);

/** Opens Boards with another choice in each window, and sells a product that all of them show. */
const openBoards = async (app: HttpApp, choices: readonly string[], withoutLocks = false) => {
  await app.work();
  await addProduct(app, { productId: "cup", name: "Cup" });
  const { page, context } = await visit(`${app.url}/#/health`);
  if (withoutLocks)
    await context.addInitScript({ content: 'Object.defineProperty(navigator, "locks", { value: undefined })' });
  const pages: Page[] = [];
  for (const [n, window] of choices.entries())
    pages.push(await openWindow(context, `${app.url}/#/boards?window=${window}&board=${n % 2 ? "weekly" : "fastest"}`));
  return { page, context, pages };
};
const expectSold = async (pages: readonly Page[], units: number) => {
  for (const page of pages) await expectText(page, `${sellers} tbody tr`, new RegExp(`^1Cup${units}1,000`));
};

describe.skipIf(!hasBrowser)("windows of one browser side by side, over HTTP/1.1,", () => {
  it("share one stream of boards, and another window takes over when its window closes", async () => {
    const app = await startHttpApp();
    const { context, pages } = await openBoards(app, windows);
    await sell(app, 2);
    await expectSold(pages, 2);
    await sellOut(app, await addSchedule(app));
    for (const page of pages) await expectText(page, `${sellOuts} tbody tr`, /^1Winter/);
    await expect.poll(() => streamsOf(app)).toBe(1);
    // The first window leads, because it requested the lock first.
    for (let units = 3; pages.length > 4; units++) {
      await pages.shift()?.close();
      await sell(app, 1);
      await expectSold(pages, units);
    }
    // A window that leaves the boards gives the stream to the next one.
    const last = await openWindow(context, `${app.url}/#/boards?window=7d`);
    await expectText(last, `${sellers} tbody tr`, /^1Cup/);
    for (const page of pages) await page.goto(`${app.url}/#/health`);
    await sell(app, 100);
    await expectText(last, `${sellers} tbody tr`, /^1Cup10\d/);
    await expect.poll(() => streamsOf(app)).toBe(1);
  });

  it("replace a window that holds the stream but is stopped", async () => {
    const app = await startHttpApp();
    const { pages } = await openBoards(app, ["1d", "3d"]);
    const [leader, ...others] = pages;
    await sell(app, 2);
    await expectSold(pages, 2);
    const stopped = leader?.evaluate("{ const end = Date.now() + 7000; while (Date.now() < end); }");
    await sell(app, 1);
    await expectSold(others, 3);
    await stopped;
    await sell(app, 1);
    await expectSold(pages, 4);
  });

  it("poll their boards where the browser has no locks", async () => {
    const app = await startHttpApp();
    const { pages } = await openBoards(app, ["1d", "all"], true);
    await sell(app, 2);
    await expectSold(pages, 2);
    expect(await streamsOf(app)).toBe(0);
  });

  it("all show the result of their claims, although results are late", async () => {
    const app = await startHttpApp();
    const couponId = await createCoupon(app, { quantity: 100 });
    const { page, context } = await visit(`${app.url}/#/drop/${couponId}`);
    const pages = [page];
    for (let n = 1; n < 4; n++) pages.push(await openWindow(context, `${app.url}/#/drop/${couponId}`));
    for (const each of pages) {
      await each.locator("#main form button").click();
      await expectText(each, "#claim-state", /^Your position is \d/);
    }
    expect(await streamsOf(app)).toBe(2);
    await app.work();
    for (const each of pages) await expectText(each, "#claim-state", /^You got the coupon\./);
  });
});

describe.skipIf(!hasBrowser)("a name of 200 letters without a blank on a phone", () => {
  const name = "W".repeat(200);

  it("wraps in every view, so that nothing leaves the screen", async () => {
    const app = await startHttpApp();
    await app.work();
    await addProduct(app, { productId: "cup", name });
    await sell(app, 1000);
    const { body } = await app.client.post("/api/v1/concerts").send({ title: name }).expect(201);
    const startsAt = new Date(Date.now() + 86_400_000).toISOString();
    const schedule = { scheduleId: "long", startsAt, salesOpenAt: new Date().toISOString(), seats: 1, price: 1000 };
    await app.client.post(`/api/v1/concerts/${body.concertId}/schedules`).send(schedule).expect(201);
    await sellOut(app, "long");
    const couponId = await createCoupon(app, { name });
    for (const [view, ...selectors] of [
      ["#/drop", ".drops a"],
      [`#/drop/${couponId}`, "h1"],
      ["#/boards?schedule=long", `${sellers} tbody th`, `${sellOuts} tbody th`],
      [`#/health?audit=${couponId}`],
    ] as const) {
      const { page } = await visit(`${app.url}/${view}`, { size: "phone" });
      for (const selector of selectors) await expectText(page, selector, new RegExp(name));
      const wide: unknown =
        await page.evaluate(`[document.documentElement, ...document.querySelectorAll(".scroll, .card, .row, .field")]
        .filter((box) => box.scrollWidth > box.clientWidth)
        .map((box) => box.outerHTML.slice(0, 80))`);
      expect([view, wide]).toEqual([view, []]);
    }
  });
});
