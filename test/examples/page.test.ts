import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { root } from "../architecture/source-files.js";
import { expectText, hasBrowser, visit } from "../support/browser.js";
import { createCoupon, startHttpApp } from "../support/http-app.js";

const html = readFileSync(join(root, "examples/claim.html"), "utf8");

/** Serves the page from another origin than the service. */
const site = async (): Promise<string> => {
  const server = createServer(({ url }, response) => {
    if (url !== "/") response.writeHead(204).end();
    else response.setHeader("Content-Type", "text/html; charset=utf-8").end(html);
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  onTestFinished(() => server.close().closeAllConnections());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
};

describe.skipIf(!hasBrowser)("the example page, on another site", () => {
  it("claims a coupon and shows the position, then the result or the reason for the rejection", async () => {
    const origin = await site();
    const app = await startHttpApp({ corsOrigins: [origin] });
    const couponId = await createCoupon(app, { quantity: 1 });
    const { page, takeFaults } = await visit(origin);
    const claimAs = async (shopper: string, coupon = couponId) => {
      for (const [field, text] of Object.entries({ service: app.url, coupon, shopper }))
        await page.fill(`[name=${field}]`, text);
      await page.click("button");
    };

    await claimAs("kim");
    await expectText(page, "[role=status]", /^Your position is 1\.$/);
    await app.work();
    await expectText(page, "[role=status]", /^You have coupon number 1\.$/);
    await claimAs("lee");
    await expectText(page, "[role=status]", /sold out/i);
    await claimAs("lee", "nothing");
    await expectText(page, "[role=status]", /Coupon not found/);
    // The browser reports rejections as errors. The page calls no host but the service.
    expect(takeFaults(/status of 40[49]/)).toHaveLength(2);
    expect(takeFaults(/^request to another host: /).filter((fault) => !fault.includes(app.url))).toEqual([]);
  });

  it("gets no response from a service whose CORS_ORIGINS lacks its origin (negative control)", async () => {
    const app = await startHttpApp();
    const { page, takeFaults } = await visit(await site());
    for (const [field, text] of Object.entries({ service: app.url, coupon: "any", shopper: "kim" }))
      await page.fill(`[name=${field}]`, text);
    await page.click("button");
    await expect.poll(() => takeFaults(/CORS policy/).length).toBeGreaterThan(0);
    expect(await page.textContent("[role=status]")).toBe("");
    takeFaults(/./);
  });
});

it("the example page is one file of about thirty lines", () => {
  expect(html.trimEnd().split("\n").length).toBeLessThanOrEqual(35);
  expect(html).not.toMatch(/<(script|link|img)[^>]+(src|href)=/);
});
