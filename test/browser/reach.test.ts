import { mkdirSync } from "node:fs";
import axe from "axe-core";
import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { Tokens } from "../../src/bootstrap/tokens.js";
import { hasBrowser, is, reads, sizes, visit } from "../support/browser.js";
import { type HttpApp, startHttpApp } from "../support/http-app.js";
import { crowd, guests, openScene, sceneViews } from "./scene.js";

/** What axe finds against the page as it is now, one line each. */
const barriersOf = async (page: Page): Promise<readonly string[]> => {
  await page.evaluate(axe.source);
  const found = (await page.evaluate("axe.run()")) as axe.AxeResults;
  return found.violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id}: ${target.join(" ")}`));
};

/** How far the page is wider than the screen, px. */
const overflowOf = (page: Page) => page.evaluate("document.documentElement.scrollWidth - innerWidth");

/** Goes to a view and waits until what it shows has come. */
const go = async (page: Page, url: string, view: string): Promise<void> => {
  await page.goto(`${url}/${view}`);
  await is(page, /^Live$/);
  const shown = { drops: "main", drop: "[data-fact=issued]", boards: "tbody", health: "#audit-state" };
  const [name = "drops"] = Object.entries(sceneViews).find(([, address]) => address === view) ?? [];
  await reads(page, shown[name as keyof typeof shown], /\d|first-drop|Balanced|Choose/);
};

const scene = async (): Promise<HttpApp> => {
  const readiness = async () => ({ status: "ready", checks: { database: "ok", consumers: "ok" } }) as const;
  const app = await startHttpApp({ readiness });
  await openScene(app);
  return app;
};

describe.skipIf(!hasBrowser)("the page reaches everyone", () => {
  it("axe finds no barrier in any view, in light and dark, and nothing is wider than the screen", async () => {
    const app = await scene();
    await crowd(app, 1, 20);
    const letter = { type: "order.placed", group: "inventory", error: "the shelf collapsed", attempts: 8 } as const;
    await app.get(Tokens.deadLetters).park([{ ...letter, event: "no JSON at all" }]);
    const inScene = (await visit(app.url, { size: "phone", bypassPolicy: true })).page;
    const empty = await startHttpApp();
    const inEmpty = (await visit(empty.url, { size: "phone", bypassPolicy: true })).page;
    const places = [
      ...Object.values(sceneViews).map((view) => [inScene, app.url, view] as const),
      ...["#/drop", "#/boards"].map((view) => [inEmpty, empty.url, view] as const),
    ];
    for (const [page, url, view] of places) {
      await page.setViewportSize(sizes.phone);
      await go(page, url, view);
      expect({ view, overflow: await overflowOf(page) }).toEqual({ view, overflow: 0 });
      for (const colorScheme of ["light", "dark"] as const) {
        await page.emulateMedia({ colorScheme });
        expect({ view, colorScheme, barriers: await barriersOf(page) }).toEqual({ view, colorScheme, barriers: [] });
      }
      await page.setViewportSize(sizes.desktop);
      expect({ view, overflow: await overflowOf(page) }).toEqual({ view, overflow: 0 });
    }
  });

  it("a barrier would be found (control)", async () => {
    const { page } = await visit((await startHttpApp()).url, { bypassPolicy: true });
    await page.evaluate(
      "document.querySelector('h1').style.color = '#ddd'; document.querySelector('nav').append(document.createElement('button'))",
    );
    expect(await barriersOf(page)).toEqual([
      expect.stringMatching(/^button-name/),
      expect.stringMatching(/^color-contrast: h1/),
    ]);
  });

  it("leads a keyboard through all of it, by a shortcut to the content", async () => {
    const app = await scene();
    const { page } = await visit(`${app.url}/${sceneViews.boards}`);
    await reads(page, "tbody", /Celadon cup/);
    const focused = () => page.evaluate("document.activeElement.id || document.activeElement.textContent.trim()");
    await page.keyboard.press("Tab");
    expect(await focused()).toBe("skip");
    await page.keyboard.press("Enter");
    expect(await focused()).toBe("main");
    const met = new Set<unknown>();
    for (let presses = 0; presses < 40; presses++) {
      await page.keyboard.press("Tab");
      met.add(await focused());
    }
    for (const wanted of [
      "Today",
      "All time",
      "This week",
      "Kim Duo, Late Set",
      "concert",
      "schedule",
      "API reference",
    ])
      expect(met).toContain(wanted);
    await page.locator("#views a", { hasText: "Health" }).focus();
    await page.keyboard.press("Enter");
    await expect.poll(focused).toBe("Health");
    await reads(page, "#views [aria-current=page]", /^Health$/);
    await expect.poll(() => page.title()).toBe("Health · Rushboard");
  });
});

describe.skipIf(!hasBrowser)("what a visit counts as a fault", () => {
  it("is whatever the page's policy forbids (control)", async () => {
    const { page, faults, forgive } = await visit((await startHttpApp()).url);
    await page.evaluate(`{
      const image = document.createElement("img");
      image.src = "http://127.0.0.1:9/outside.png";
      document.body.append(image);
      document.body.setAttribute("style", "color: red");
    }`);
    for (const directive of ["img-src", "style-src"])
      await expect.poll(() => faults.join("\n")).toContain(`policy violated ${directive}`);
    await expect(page.evaluate(`document.body.innerHTML = "<b>no</b>"`)).rejects.toThrow("TrustedHTML");
    await page.evaluate(`setTimeout(() => { throw new Error("on purpose") })`);
    await expect.poll(() => faults.join("\n")).toContain("thrown: on purpose");
    forgive(/policy|Content Security|TrustedHTML|on purpose|outside[.]png/);
  });

  it("is any request to another host (control)", async () => {
    const { page, forgive } = await visit((await startHttpApp()).url, { bypassPolicy: true });
    await page.evaluate(`fetch("http://127.0.0.1:9/outside").catch(() => {})`);
    expect(forgive(/^asked outside: http:\/\/127\.0\.0\.1:9\/outside$/)).toHaveLength(1);
    await expect.poll(() => forgive(/ERR_|outside/)).not.toEqual([]);
  });
});

describe.skipIf(!hasBrowser || process.env.UPDATE_PICTURES !== "1")("pictures", () => {
  for (const size of ["desktop", "phone"] as const)
    it(`of the three views, ${size}`, async () => {
      mkdirSync("docs/pictures", { recursive: true });
      const app = await scene();
      const { page } = await visit(`${app.url}/${sceneViews.drop}`, { size });
      const shot = (name: string) =>
        page.screenshot({ path: `docs/pictures/${name}-${size}.png`, fullPage: size === "desktop" });
      await reads(page, "main form button", /^Claim$/);
      for (const to of [3, 8, 15, 24, 30]) {
        await crowd(app, 1, to);
        await reads(page, "[data-fact=issued]", new RegExp(`^${to}$`));
      }
      await page.locator("#shopper").fill("kim");
      await page.locator("main form button").click();
      await reads(page, "#claim-state", /^It is yours\. You were number 31\.$/);
      await crowd(app, 31, 41);
      await reads(page, "[data-fact=issued]", /^42$/);
      await reads(page, "figcaption", /^42 of 60/);
      await shot("drop");
      await go(page, app.url, sceneViews.boards);
      await reads(page, "tbody", /Celadon cup[\s\S]*Paper Lanterns/);
      let seats = 3;
      for (const more of [1, 4, 7, 5, 3]) {
        await guests(app, seats + 1, seats + more);
        seats += more;
        await reads(page, "figcaption", new RegExp(`^${seats} of 40`));
      }
      await shot("boards");
      await go(page, app.url, sceneViews.health);
      await reads(page, "#audit-state", /^Balanced/);
      await shot("health");
    });
});
