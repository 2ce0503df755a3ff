import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { addSchedule, sellOut } from "../http/seat-fixture.js";
import { expectText, hasBrowser, visit } from "../support/browser.js";
import { clientsOf, startHttpApp } from "../support/http-app.js";
import { profiles, startNode } from "../support/node.js";

/** Runs the example commands of an empty board in a shell and returns their text. */
const runExampleCommands = async (page: Page, board: string): Promise<string> => {
  const commands = String(await page.locator(`${board} .empty code`).textContent());
  await promisify(execFile)("/bin/sh", ["-ec", commands.replaceAll(/^curl /gm, "curl --fail-with-body ")]);
  return commands;
};

const sectionOf = (id: string) => `section[aria-labelledby=${id}]`;
const [sellers, sellOuts, curve] = [sectionOf("best-sellers"), sectionOf("sell-outs"), sectionOf("sell-out-curve")];

/** Sets a variable in the page that a reload would remove. */
const setReloadMarker = (page: Page) => page.evaluate("globalThis.isNotReloaded = true");
const wasReloaded = async (page: Page) => (await page.evaluate("globalThis.isNotReloaded")) !== true;

describe.skipIf(!hasBrowser)("boards on the page", () => {
  for (const profile of profiles)
    it.skipIf(!profile.live)(
      `${profile.name}: go from empty to a new leader and a sell-out without a reload`,
      async () => {
        const { url } = await startNode(await profile.settings());
        const app = clientsOf(url.origin, 50);
        const { page } = await visit(`${url.origin}/#/boards`);
        await setReloadMarker(page);
        await expectText(page, `${sellers} .empty`, new RegExp(`curl ${url.origin}/api/v1/sales`));
        await runExampleCommands(page, sellers);
        await expectText(page, `${sellers} tbody tr`, /^1First cup29,000newnew$/);
        await page.locator(`${sellers} .empty`).waitFor({ state: "detached" });

        const product = { productId: "lamp", name: "Lamp", unitPrice: 30_000, stock: 50 };
        await app.ask("POST", "/api/v1/products", { body: product });
        const sales = [{ saleId: "s-lamp", productId: "lamp", quantity: 5, unitPrice: 30_000 }];
        expect(await app.ask("POST", "/api/v1/sales", { body: { sales } })).toMatchObject({ status: 202 });
        await expectText(page, `${sellers} tbody tr`, /^1Lamp5.*\n2First cup2/);
        await expectText(page, "#announcer", /^Lamp leads the best sellers$/);

        // Another window changes the address and keeps the keyboard focus.
        await page.locator(`${sellers} .choices a`, { hasText: "All time" }).click();
        await expectText(page, `${sellers} caption`, /^Best sellers, all time$/);
        await expectText(page, `${sellers} tbody tr`, /^1Lamp530,000–no movement\n/);
        expect(page.url()).toContain("window=all");
        await expect.poll(() => page.evaluate("document.activeElement.textContent")).toBe("All time");

        const schedulesUrl = new RegExp(`${url.origin}/api/v1/concerts/first-night-\\w+/schedules`);
        await expectText(page, `${sellOuts} .empty`, schedulesUrl);
        const commands = await runExampleCommands(page, sellOuts);
        await expectText(page, `${curve} [data-fact=available]`, /^20$/);
        await sellOut(app, String(/first-evening-\w+/.exec(commands)));
        await expectText(page, `${sellOuts} tbody tr`, /^1First night20/);
        await page.locator(`${sellOuts} tbody a`).click();
        await expectText(page, `${curve} figcaption`, /^All 20 seats were sold at /);
        await expectText(page, `${curve} [data-fact=duration]`, /^\d+(\.\d)? (s|min)/);
        await page.locator(`${sellOuts} .choices a`, { hasText: "This week" }).click();
        await expectText(page, `${sellOuts} caption`, /^Sell-outs, \d{4}-W\d\d, ranked by policy tiered$/);
        await expectText(page, `${sellOuts} tbody tr`, /^1First night20/);
        expect(await wasReloaded(page)).toBe(false);

        // The current address shows the same boards to another visitor.
        const other = await visit(page.url(), { size: "phone", scheme: "dark" });
        await expectText(other.page, `${sellers} caption`, /^Best sellers, all time$/);
        await expectText(other.page, `${sellOuts} .choices [aria-current]`, /^This week$/);
        await expectText(other.page, `${curve} figcaption`, /^All 20 seats/);
      },
    );

  it("show example commands that work, also for a second visitor who runs them later", async () => {
    const app = await startHttpApp();
    await app.work();
    const first = await visit(`${app.url}/#/boards?window=1d`);
    const second = await visit(`${app.url}/#/boards?window=1d`);
    for (const { page } of [first, second])
      for (const board of [sellers, sellOuts]) await expectText(page, `${board} .empty`, /curl/);
    const commands = await second.page.locator(`${sellers} .empty code`).textContent();
    await second.page.locator(`${sellers} .choices a`, { hasText: "7 days" }).click();
    await expectText(second.page, `${sellers} caption`, /7 days/);
    expect(await second.page.locator(`${sellers} .empty code`).textContent()).toBe(commands);
    // The second visitor does not receive the first visitor's sale, so the commands stay on the page.
    await second.context.setOffline(true);
    for (const board of [sellers, sellOuts])
      for (const { page } of [first, second]) await runExampleCommands(page, board);
    await expectText(first.page, `${sellers} tbody tr`, /^1First cup4/);
    await second.context.close();
    second.takeFaults(/ERR_INTERNET_DISCONNECTED/);
  });

  it("keep the keyboard focus on a sell-out when others are added", async () => {
    const app = await startHttpApp();
    await app.work();
    await sellOut(app, await addSchedule(app));
    const { page } = await visit(`${app.url}/#/boards`);
    await expectText(page, `${sellOuts} tbody tr`, /^1Winter/);
    await page.locator(`${sellOuts} tbody a`).focus();
    const focusedSchedule = () => page.evaluate("document.activeElement.dataset.schedule");
    const schedule = await focusedSchedule();
    expect(schedule).toBeTruthy();
    await sellOut(app, await addSchedule(app));
    await expectText(page, `${sellOuts} tbody tr`, /\n2Winter/);
    expect(await focusedSchedule()).toBe(schedule);
  });
});
