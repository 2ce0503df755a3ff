import { SignJWT } from "jose";
import { describe, expect, it } from "vitest";
import { addProduct, placeOrder } from "../http/order-fixture.js";
import { expectText, hasBrowser, recordElementTexts, visit } from "../support/browser.js";
import { createCoupon, type HttpApp, startHttpApp } from "../support/http-app.js";

const parked = { type: "order.placed", group: "inventory", error: "shelf not found", attempts: 8 } as const;

/** Places an order and parks its event as a dead letter. */
const parkPlacedOrder = async (app: HttpApp): Promise<void> => {
  await placeOrder(app, [await addProduct(app)]);
  const { knex } = app.backends.database;
  const { payload } = await knex("outbox").first("payload");
  await knex("outbox").delete();
  await app.backends.ports.deadLetterRows.park([{ ...parked, event: payload }]);
};

const secret = "a secret of thirty-two bytes, or more";
const tokenOf = (sub: string, ...roles: readonly string[]): Promise<string> =>
  new SignJWT({ sub, roles })
    .setProtectedHeader({ alg: "HS256" })
    .setExpirationTime("1h")
    .sign(new TextEncoder().encode(secret));

const letters = "[data-letter]";

describe.skipIf(!hasBrowser)("the health view", () => {
  it("shows checks as they change, metrics, and the audit of the coupon in its address", async () => {
    let redis = "ok";
    const readiness = async () =>
      ({
        status: redis === "ok" ? "ready" : "degraded",
        checks: { database: "ok", redis },
        warnings: redis === "ok" ? [] : ["maxmemory-policy is allkeys-lru, noeviction is wanted"],
      }) as const;
    const app = await startHttpApp({ readiness });
    await app.work();
    const couponId = await createCoupon(app, { couponId: "autumn" });
    expect(await app.ask("POST", `/api/v1/coupons/${couponId}/claims`, { as: "kim" })).toMatchObject({ status: 202 });
    const { page } = await visit(`${app.url}/#/health`);
    await expectText(page, "#readiness", /^Ready$/);
    await expectText(
      page,
      "section[aria-labelledby=metrics] tbody tr",
      /Events waiting in the outbox0\nCold coupon queues/,
    );
    await expectText(page, "section[aria-labelledby=lag] tbody tr", /^stock0\nsettlement0$/m);
    await expectText(page, "section[aria-labelledby=dead-letters]", /None: all events were processed\./);
    redis = "cannot be reached";
    await expectText(page, "#readiness", /^Degraded/);
    await expectText(page, ".verdict.bad", /^cannot be reached$/);
    await expectText(page, ".advice li", /^maxmemory-policy is allkeys-lru/);

    await page.locator("#audit-id").fill("autumn");
    await page.keyboard.press("Enter");
    await expectText(page, "#audit-state", /^Balanced: all stores/);
    await expectText(page, "section[aria-labelledby=coupon-audit] tbody tr", /Databasepending 0, issued 1, failed 0$/);
    expect(page.url()).toMatch(/#\/health\?audit=autumn$/);
  });

  it("replays a dead letter and keeps the others unchanged", async () => {
    const app = await startHttpApp();
    await parkPlacedOrder(app);
    await app.backends.ports.deadLetterRows.park([{ ...parked, event: "not JSON" }]);
    const { page, takeFaults } = await visit(`${app.url}/#/health`);
    await expectText(page, letters, /order\.placed for inventory, .*, after 8 attempts.*shelf not found/);
    expect(await page.locator(letters).count()).toBe(2);
    await page.locator(letters).nth(1).locator("summary").click();
    await page.locator(letters).nth(0).locator("button").click();
    await expectText(page, "#announcer", /^The dead letter was replayed$/);
    await expect.poll(() => page.locator(letters).count()).toBe(1);
    await expectText(page, `${letters} details[open] pre`, /^not JSON$/);

    await page.locator(`${letters} button`).click();
    await expectText(page, `${letters} button`, /^Replay failed, try again$/);
    expect(
      await page.getByRole("button", { name: "Replay failed, try again: order.placed for inventory" }).count(),
    ).toBe(1);
    expect(takeFaults(/status of 409|status of 422/)).toHaveLength(1);
  });

  it("announces each replayed letter, also if the text is the same", async () => {
    const app = await startHttpApp();
    await parkPlacedOrder(app);
    await parkPlacedOrder(app);
    const { page } = await visit(`${app.url}/#/health`);
    await expect.poll(() => page.locator(letters).count()).toBe(2);
    const announced = await recordElementTexts(page, "#announcer");
    for (const left of [1, 0]) {
      await page.locator(`${letters} button`).first().click();
      await expect.poll(() => page.locator(letters).count()).toBe(left);
    }
    const text = "The dead letter was replayed";
    await expect.poll(async () => (await announced()).filter((each) => each === text)).toHaveLength(2);
  });
});

describe.skipIf(!hasBrowser)("a service that requires tokens", () => {
  it("asks for a token, keeps it in memory only, and shows what its roles allow", async () => {
    const app = await startHttpApp({ auth: { mode: "secret", secret } });
    await app.work();
    const [operator, shopper] = [await tokenOf("operator", "admin"), await tokenOf("kim")];
    const authorization = `Bearer ${operator}`;
    const body = { couponId: "autumn", name: "Autumn", quantity: 5, discount: { type: "fixed", value: 100 } };
    await app.ask("POST", "/api/v1/coupons", { headers: { authorization }, body });
    await app.backends.ports.deadLetterRows.park([{ ...parked, event: "not JSON" }]);
    const { page, takeFaults } = await visit(`${app.url}/#/health`);
    const enterToken = async (token: string) => {
      await page.locator("#token-button").click();
      await page.locator("#token").fill(token);
      await page.keyboard.press("Enter");
    };
    await expectText(page, "main", /Dead letters require an admin token/);
    await expectText(page, "#token-button", /^Token: none$/);
    await enterToken(shopper);
    await expectText(page, "main", /This requires an admin token\./);
    expect(takeFaults(/status of 403 .*dead-letters/)).toHaveLength(1);
    await enterToken(operator);
    await expectText(page, letters, /shelf not found/);

    await enterToken(shopper);
    await page.goto(`${app.url}/#/drop/autumn`);
    await page.locator("main form button").click();
    await expectText(page, "#claim-state", /^You got the coupon\. Your position was 1\.$/);
    expect(await page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie])")).toBe(
      '[{},{},""]',
    );
    takeFaults(/status of 403 .*dead-letters/);
    await page.reload();
    await expectText(page, "#claim-state", /^A claim requires a token/);
    await expectText(page, "#token-button", /^Token: none$/);
  });
});
