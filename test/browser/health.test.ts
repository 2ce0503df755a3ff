import { SignJWT } from "jose";
import { describe, expect, it } from "vitest";
import { Tokens } from "../../src/bootstrap/tokens.js";
import { addProduct, placeOrder } from "../http/shop.js";
import { hasBrowser, reads, recorded, visit } from "../support/browser.js";
import { type HttpApp, openCoupon, startHttpApp } from "../support/http-app.js";

const parked = { type: "order.placed", group: "inventory", error: "the shelf collapsed", attempts: 8 } as const;

/** Parks the event of an order that was placed just now. */
const parkPlacedOrder = async (app: HttpApp): Promise<void> => {
  await placeOrder(app, [await addProduct(app)]);
  const { knex } = app.get(Tokens.database);
  const { payload } = await knex("outbox").first("payload");
  await knex("outbox").delete();
  await app.get(Tokens.deadLetters).park([{ ...parked, event: payload }]);
};

const secret = "a secret of thirty-two bytes, or more";
const tokenOf = (sub: string, ...roles: readonly string[]): Promise<string> =>
  new SignJWT({ sub, roles })
    .setProtectedHeader({ alg: "HS256" })
    .setExpirationTime("1h")
    .sign(new TextEncoder().encode(secret));

const letters = "[data-letter]";

describe.skipIf(!hasBrowser)("health, for an operator", () => {
  it("shows checks as they change, figures, and the audit of a coupon under an address of its own", async () => {
    let redis = "ok";
    const readiness = async () =>
      ({
        status: redis === "ok" ? "ready" : "degraded",
        checks: { database: "ok", redis },
        warnings: redis === "ok" ? [] : ["maxmemory-policy is allkeys-lru, noeviction is wanted"],
      }) as const;
    const app = await startHttpApp({ readiness });
    await app.work();
    const couponId = await openCoupon(app, { couponId: "autumn" });
    expect(await app.ask("POST", `/api/v1/coupons/${couponId}/claims`, { as: "kim" })).toMatchObject({ status: 202 });
    const { page } = await visit(`${app.url}/#/health`);
    await reads(page, "#readiness", /^Ready$/);
    await reads(page, "section[aria-labelledby=figures] tbody tr", /Events waiting in the outbox0\nCoupon queues/);
    await reads(page, "section[aria-labelledby=lag] tbody tr", /^stock0\nsettlement0$/m);
    await reads(page, "section[aria-labelledby=dead-letters]", /None: everything was delivered\./);
    redis = "cannot be reached";
    await reads(page, "#readiness", /^Degraded/);
    await reads(page, ".verdict.bad", /^cannot be reached$/);
    await reads(page, ".advice li", /^maxmemory-policy is allkeys-lru/);

    await page.locator("#audit-id").fill("autumn");
    await page.keyboard.press("Enter");
    await reads(page, "#audit-state", /^Balanced: every store/);
    await reads(page, "section[aria-labelledby=coupon-audit] tbody tr", /Databasepending 0, issued 1, failed 0$/);
    expect(page.url()).toMatch(/#\/health\?audit=autumn$/);
  });

  it("replays a dead letter, and keeps those that stay as they are", async () => {
    const app = await startHttpApp();
    await parkPlacedOrder(app);
    await app.get(Tokens.deadLetters).park([{ ...parked, event: "no JSON at all" }]);
    const { page, forgive } = await visit(`${app.url}/#/health`);
    await reads(page, letters, /order\.placed for inventory, .*, after 8 tries.*the shelf collapsed/);
    expect(await page.locator(letters).count()).toBe(2);
    await page.locator(letters).nth(1).locator("summary").click();
    await page.locator(letters).nth(0).locator("button").click();
    await reads(page, "#announcer", /^The letter is delivered again$/);
    await expect.poll(() => page.locator(letters).count()).toBe(1);
    await reads(page, `${letters} details[open] pre`, /^no JSON at all$/);

    await page.locator(`${letters} button`).click();
    await reads(page, `${letters} button`, /^Not replayed, try again$/);
    expect(
      await page.getByRole("button", { name: "Not replayed, try again: order.placed for inventory" }).count(),
    ).toBe(1);
    expect(forgive(/status of 409|status of 422/)).toHaveLength(1);
  });

  it("says of each letter anew that it is delivered again", async () => {
    const app = await startHttpApp();
    await parkPlacedOrder(app);
    await parkPlacedOrder(app);
    const { page } = await visit(`${app.url}/#/health`);
    await expect.poll(() => page.locator(letters).count()).toBe(2);
    const said = await recorded(page, "#announcer");
    for (const left of [1, 0]) {
      await page.locator(`${letters} button`).first().click();
      await expect.poll(() => page.locator(letters).count()).toBe(left);
    }
    const again = "The letter is delivered again";
    await expect.poll(async () => (await said()).filter((words) => words === again)).toHaveLength(2);
  });
});

describe.skipIf(!hasBrowser)("where callers are known by token", () => {
  it("asks for one, keeps it in memory only, and shows to each what is theirs", async () => {
    const app = await startHttpApp({ auth: { mode: "secret", secret } });
    await app.work();
    const [operator, shopper] = [await tokenOf("boss", "admin"), await tokenOf("kim")];
    const authorization = `Bearer ${operator}`;
    const body = { couponId: "autumn", name: "Autumn", quantity: 5, discount: { type: "fixed", value: 100 } };
    await app.ask("POST", "/api/v1/coupons", { headers: { authorization }, body });
    await app.get(Tokens.deadLetters).park([{ ...parked, event: "no JSON at all" }]);
    const { page, forgive } = await visit(`${app.url}/#/health`);
    const give = async (token: string) => {
      await page.locator("#token-button").click();
      await page.locator("#token").fill(token);
      await page.keyboard.press("Enter");
    };
    await reads(page, "main", /Dead letters are for an admin's token/);
    await reads(page, "#token-button", /^Token: none$/);
    await give(shopper);
    await reads(page, "main", /This is for an admin's token\./);
    expect(forgive(/status of 403 .*dead-letters/)).toHaveLength(1);
    await give(operator);
    await reads(page, letters, /the shelf collapsed/);

    await give(shopper);
    await page.goto(`${app.url}/#/drop/autumn`);
    await page.locator("main form button").click();
    await reads(page, "#claim-state", /^It is yours\. You were number 1\.$/);
    expect(await page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie])")).toBe(
      '[{},{},""]',
    );
    forgive(/status of 403 .*dead-letters/);
    await page.reload();
    await reads(page, "#claim-state", /^A claim needs your token/);
    await reads(page, "#token-button", /^Token: none$/);
  });
});
