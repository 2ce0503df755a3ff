import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { addHall, sellOut } from "../http/hall.js";
import { hasBrowser, reads, visit } from "../support/browser.js";
import { type HttpApp, patientAsker, startHttpApp } from "../support/http-app.js";
import { profiles, startNode } from "../support/node.js";

/** Does what the page says to do where there is nothing yet: runs the commands that it shows, in a shell; answers them. */
const doAsToldIn = async (page: Page, section: string): Promise<string> => {
  const commands = String(await page.locator(`${section} .empty code`).textContent());
  await promisify(execFile)("/bin/sh", ["-ec", commands.replaceAll(/^curl /gm, "curl --fail-with-body ")]);
  return commands;
};

const cardOf = (id: string) => `section[aria-labelledby=${id}]`;
const [sellers, sellOuts, curve] = [cardOf("best-sellers"), cardOf("sell-outs"), cardOf("sell-out-curve")];

/** Marks the page; a reload would lose the mark. */
const mark = (page: Page) => page.evaluate("globalThis.marked = true");

describe.skipIf(!hasBrowser)("boards that move without a reload", () => {
  for (const profile of profiles)
    it.skipIf(!profile.live)(
      `${profile.name}: from nothing, by the commands shown, to a new leader and a sell-out`,
      async () => {
        const { url } = await startNode(await profile.settings());
        const app = { ask: patientAsker(url.origin) } as HttpApp;
        const { page } = await visit(`${url.origin}/#/boards`);
        await mark(page);
        await reads(page, `${sellers} .empty`, new RegExp(`curl ${url.origin}/api/v1/sales`));
        await doAsToldIn(page, sellers);
        await reads(page, `${sellers} tbody tr`, /^1First cup29,000newnew$/);
        await page.locator(`${sellers} .empty`).waitFor({ state: "detached" });

        const product = { productId: "lamp", name: "Lamp", unitPrice: 30_000, stock: 50 };
        await app.ask("POST", "/api/v1/products", { body: product });
        const sales = [{ saleId: "s-lamp", productId: "lamp", quantity: 5, unitPrice: 30_000 }];
        expect(await app.ask("POST", "/api/v1/sales", { body: { sales } })).toMatchObject({ status: 202 });
        await reads(page, `${sellers} tbody tr`, /^1Lamp5.*\n2First cup2/);
        await reads(page, "#announcer", /^Lamp leads the best sellers$/);

        // Another window is another link, and leaves the reader where they were.
        await page.locator(`${sellers} .choices a`, { hasText: "All time" }).click();
        await reads(page, `${sellers} caption`, /^Best sellers, all time$/);
        await reads(page, `${sellers} tbody tr`, /^1Lamp530,000–no movement\n/);
        expect(page.url()).toContain("window=all");
        await expect.poll(() => page.evaluate("document.activeElement.textContent")).toBe("All time");

        await reads(page, `${sellOuts} .empty`, new RegExp(`${url.origin}/api/v1/concerts/first-night-\\w+/schedules`));
        const commands = await doAsToldIn(page, sellOuts);
        await reads(page, `${curve} [data-fact=available]`, /^20$/);
        await sellOut(app, String(/first-evening-\w+/.exec(commands)));
        await reads(page, `${sellOuts} tbody tr`, /^1First night20/);
        await page.locator(`${sellOuts} tbody a`).click();
        await reads(page, `${curve} figcaption`, /^All 20 seats were sold at /);
        await reads(page, `${curve} [data-fact=took]`, /^\d+(\.\d)? (s|min)/);
        await page.locator(`${sellOuts} .choices a`, { hasText: "This week" }).click();
        await reads(page, `${sellOuts} caption`, /^Sell-outs, \d{4}-W\d\d, by the policy tiered$/);
        await reads(page, `${sellOuts} tbody tr`, /^1First night20/);
        expect(await page.evaluate("globalThis.marked")).toBe(true);

        // The link as it stands now shows the same to somebody else.
        const friend = await visit(page.url(), { size: "phone", scheme: "dark" });
        await reads(friend.page, `${sellers} caption`, /^Best sellers, all time$/);
        await reads(friend.page, `${sellOuts} .choices [aria-current]`, /^This week$/);
        await reads(friend.page, `${curve} figcaption`, /^All 20 seats/);
      },
    );

  it("shows commands that can be run, and run again by whoever comes next", async () => {
    const app = await startHttpApp();
    await app.work();
    const first = await visit(`${app.url}/#/boards?window=1d`);
    const next = await visit(`${app.url}/#/boards?window=1d`);
    for (const { page } of [first, next])
      for (const part of [sellers, sellOuts]) await reads(page, `${part} .empty`, /curl/);
    const told = await next.page.locator(`${sellers} .empty code`).textContent();
    await next.page.locator(`${sellers} .choices a`, { hasText: "7 days" }).click();
    await reads(next.page, `${sellers} caption`, /7 days/);
    expect(await next.page.locator(`${sellers} .empty code`).textContent()).toBe(told);
    // The second visitor hears nothing of the first one's sale, so the commands stay.
    await next.context.setOffline(true);
    for (const part of [sellers, sellOuts]) for (const { page } of [first, next]) await doAsToldIn(page, part);
    await reads(first.page, `${sellers} tbody tr`, /^1First cup4/);
    await next.context.close();
    next.forgive(/ERR_INTERNET_DISCONNECTED/);
  });

  it("leaves the keyboard's focus on a sell-out while others come", async () => {
    const app = await startHttpApp();
    await app.work();
    await sellOut(app, await addHall(app));
    const { page } = await visit(`${app.url}/#/boards`);
    await reads(page, `${sellOuts} tbody tr`, /^1Winter/);
    await page.locator(`${sellOuts} tbody a`).focus();
    const focused = () => page.evaluate("document.activeElement.dataset.schedule");
    const schedule = await focused();
    expect(schedule).toBeTruthy();
    await sellOut(app, await addHall(app));
    await reads(page, `${sellOuts} tbody tr`, /\n2Winter/);
    expect(await focused()).toBe(schedule);
  });
});
