import { mkdirSync } from "node:fs";
import axe from "axe-core";
import type { Page } from "playwright-core";
import { beforeAll, describe, expect, it } from "vitest";
import { expectFreshness, expectText, hasBrowser, sizes, visit } from "../support/browser.js";
import { sharedHttpApp, startHttpApp } from "../support/http-app.js";
import { claimAsShoppers, openScene, sceneViews, sellGalaSeats } from "./scene.js";

/** Returns the accessibility violations that axe finds in the page, one per line. Dark differs from light in colors only. */
const violationsOf = async (page: Page, scheme: "light" | "dark" = "light"): Promise<readonly string[]> => {
  if (!(await page.evaluate("'axe' in globalThis"))) await page.evaluate(axe.source);
  const rules = scheme === "light" ? {} : { runOnly: { type: "tag", values: ["cat.color"] } };
  const found = (await page.evaluate(`axe.run(${JSON.stringify(rules)})`)) as axe.AxeResults;
  return found.violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id}: ${target.join(" ")}`));
};

/** Returns by how many pixels the page is wider than the screen. */
const overflowOf = (page: Page) => page.evaluate("document.documentElement.scrollWidth - innerWidth");

/** Opens a view and waits until its content is loaded. */
const openView = async (page: Page, url: string, view: string): Promise<void> => {
  await page.goto(`${url}/${view}`);
  await expectFreshness(page, /^Live$/);
  const loadedPart = { drops: "main", drop: "[data-fact=issued]", boards: "tbody", health: "#audit-state" };
  const [name = "drops"] = Object.entries(sceneViews).find(([, address]) => address === view) ?? [];
  await expectText(page, loadedPart[name as keyof typeof loadedPart], /\d|first-drop|Balanced|Choose/);
};

const readiness = async () => ({ status: "ready", checks: { database: "ok", consumers: "ok" } }) as const;

describe.skipIf(!hasBrowser)("accessibility of the page", async () => {
  const app = await sharedHttpApp({ readiness });
  beforeAll(() => openScene(app));

  it("axe finds no violation in any view, light or dark, and no view is wider than the screen", async () => {
    await claimAsShoppers(app, 1, 20);
    const letter = { type: "order.placed", group: "inventory", error: "shelf not found", attempts: 8 } as const;
    await app.backends.ports.deadLetterRows.park([{ ...letter, event: "not JSON" }]);
    const inScene = (await visit(app.url, { size: "phone", bypassPolicy: true })).page;
    const empty = await startHttpApp();
    const inEmpty = (await visit(empty.url, { size: "phone", bypassPolicy: true })).page;
    const places = [
      ...Object.values(sceneViews).map((view) => [inScene, app.url, view] as const),
      ...["#/drop", "#/boards"].map((view) => [inEmpty, empty.url, view] as const),
    ];
    for (const [page, url, view] of places) {
      await page.setViewportSize(sizes.phone);
      await openView(page, url, view);
      expect({ view, overflow: await overflowOf(page) }).toEqual({ view, overflow: 0 });
      for (const colorScheme of ["light", "dark"] as const) {
        await page.emulateMedia({ colorScheme });
        expect({ view, colorScheme, violations: await violationsOf(page, colorScheme) }).toEqual({
          view,
          colorScheme,
          violations: [],
        });
      }
      await page.setViewportSize(sizes.desktop);
      expect({ view, overflow: await overflowOf(page) }).toEqual({ view, overflow: 0 });
    }
  });

  it("axe finds a violation that is added (negative control)", async () => {
    const { page } = await visit((await startHttpApp()).url, { bypassPolicy: true });
    await page.evaluate(
      "document.querySelector('h1').style.color = '#ddd'; document.querySelector('nav').append(document.createElement('button'))",
    );
    expect(await violationsOf(page)).toEqual([
      expect.stringMatching(/^button-name/),
      expect.stringMatching(/^color-contrast: h1/),
    ]);
  });

  it("every control is reachable by keyboard, with a shortcut to the content", async () => {
    const { page } = await visit(`${app.url}/${sceneViews.boards}`);
    await expectText(page, "tbody", /Celadon cup/);
    const focused = () => page.evaluate("document.activeElement.id || document.activeElement.textContent.trim()");
    await page.keyboard.press("Tab");
    expect(await focused()).toBe("skip");
    await page.keyboard.press("Enter");
    expect(await focused()).toBe("main");
    const reached = new Set<unknown>();
    for (let presses = 0; presses < 40; presses++) {
      await page.keyboard.press("Tab");
      reached.add(await focused());
    }
    for (const control of [
      "Today",
      "All time",
      "This week",
      "Kim Duo, Late Set",
      "concert",
      "schedule",
      "API reference",
    ])
      expect(reached).toContain(control);
    await page.locator("#views a", { hasText: "Health" }).focus();
    await page.keyboard.press("Enter");
    await expect.poll(focused).toBe("Health");
    await expectText(page, "#views [aria-current=page]", /^Health$/);
    await expect.poll(() => page.title()).toBe("Health · Rushboard");
  });
});

describe.skipIf(!hasBrowser)("the faults of a visit", () => {
  it("include violations of the content security policy and errors (negative control)", async () => {
    const { page, faults, takeFaults } = await visit((await startHttpApp()).url);
    await page.evaluate(`{
      const image = document.createElement("img");
      image.src = "http://127.0.0.1:9/outside.png";
      document.body.append(image);
      document.body.setAttribute("style", "color: red");
    }`);
    for (const directive of ["img-src", "style-src"])
      await expect.poll(() => faults.join("\n")).toContain(`policy violated ${directive}`);
    await expect(page.evaluate(`document.body.innerHTML = "<b>markup</b>"`)).rejects.toThrow("TrustedHTML");
    await page.evaluate(`setTimeout(() => { throw new Error("on purpose") })`);
    await expect.poll(() => faults.join("\n")).toContain("thrown: on purpose");
    takeFaults(/policy|Content Security|TrustedHTML|on purpose|outside[.]png/);
  });

  it("include requests to other hosts (negative control)", async () => {
    const { page, takeFaults } = await visit((await startHttpApp()).url, { bypassPolicy: true });
    await page.evaluate(`fetch("http://127.0.0.1:9/outside").catch(() => {})`);
    expect(takeFaults(/^request to another host: http:\/\/127\.0\.0\.1:9\/outside$/)).toHaveLength(1);
    await expect.poll(() => takeFaults(/ERR_|outside/)).not.toEqual([]);
  });
});

describe.skipIf(!hasBrowser || process.env.UPDATE_PICTURES !== "1")("screenshots", () => {
  for (const size of ["desktop", "phone"] as const)
    it(`show the three views, ${size}`, async () => {
      mkdirSync("docs/pictures", { recursive: true });
      const app = await startHttpApp({ readiness });
      await openScene(app);
      const { page } = await visit(`${app.url}/${sceneViews.drop}`, { size });
      const shot = (name: string) =>
        page.screenshot({ path: `docs/pictures/${name}-${size}.png`, fullPage: size === "desktop" });
      await expectText(page, "main form button", /^Claim$/);
      for (const to of [3, 8, 15, 24, 30]) {
        await claimAsShoppers(app, 1, to);
        await expectText(page, "[data-fact=issued]", new RegExp(`^${to}$`));
      }
      await page.locator("#shopper").fill("kim");
      await page.locator("main form button").click();
      await expectText(page, "#claim-state", /^You got the coupon\. Your position was 31\.$/);
      await claimAsShoppers(app, 31, 41);
      await expectText(page, "[data-fact=issued]", /^42$/);
      await expectText(page, "figcaption", /^42 of 60/);
      await shot("drop");
      await openView(page, app.url, sceneViews.boards);
      await expectText(page, "tbody", /Celadon cup[\s\S]*Paper Lanterns/);
      let seats = 3;
      for (const more of [1, 4, 7, 5, 3]) {
        await sellGalaSeats(app, seats + 1, seats + more);
        seats += more;
        await expectText(page, "figcaption", new RegExp(`^${seats} of 40`));
      }
      await shot("boards");
      await openView(page, app.url, sceneViews.health);
      await expectText(page, "#audit-state", /^Balanced/);
      await shot("health");
    });
});
