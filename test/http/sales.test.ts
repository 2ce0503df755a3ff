import { describe, expect, it } from "vitest";
import { expectProblem, faultsOf } from "../support/expect-problem.js";
import { type HttpApp, startHttpApp } from "../support/http-app.js";
import { itemsOf, now, report, sale } from "./board-fixture.js";
import { addProduct, minute } from "./order-fixture.js";

/** Returns an app with the products a and b. */
const openShop = async (): Promise<HttpApp> => {
  const app = await startHttpApp();
  for (const productId of ["a", "b"]) await addProduct(app, { productId });
  return app;
};

/** Books the sales and returns the units of each product. */
const unitsSold = async (app: HttpApp) => {
  await app.application.bookSales.bookUnbooked();
  await app.application.compareBoards.all();
  return Object.fromEntries(await itemsOf(app, "products?window=all&limit=100", "productId", "quantity"));
};

describe("POST /sales", () => {
  it("counts each saleId once, forever", async () => {
    const app = await openShop();
    const [first, second, third] = [sale("a", { quantity: 2 }), sale("b", { quantity: 3 }), sale("a")];
    expect((await report(app, first, second).expect(202)).body).toEqual({ accepted: 2, known: 0 });
    expect((await report(app, first).expect(202)).body).toEqual({ accepted: 0, known: 1 });
    const occurredAt = new Date(now(app) - minute).toISOString();
    const changed = [{ ...second, quantity: 9 }, third, { ...first, occurredAt }];
    expect((await report(app, ...changed).expect(202)).body).toEqual({ accepted: 1, known: 2 });
    app.advance(365 * 24 * 60 * minute);
    expect((await report(app, first, second, third).expect(202)).body).toEqual({ accepted: 0, known: 3 });
    expect(await unitsSold(app)).toEqual({ a: 3, b: 3 });
  });

  it("counts a saleId once that a request contains twice", async () => {
    const app = await openShop();
    const twice = sale("a", { quantity: 2 });
    expect((await report(app, twice, twice).expect(202)).body).toEqual({ accepted: 1, known: 1 });
    expect(await unitsSold(app)).toEqual({ a: 2 });
  });

  it("accepts 100 sales and 64 kB per request", async () => {
    const app = await openShop();
    const longest = (n: number) =>
      sale("a", { saleId: String(n).padStart(64, "x"), occurredAt: "2026-01-01T00:00:00.000Z" });
    const hundred = Array.from({ length: 100 }, (_, n) => longest(n));
    expect(JSON.stringify(hundred).length).toBeGreaterThan(16 * 1024);
    expect((await report(app, ...hundred).expect(202)).body).toEqual({ accepted: 100, known: 0 });
    expect(faultsOf(await report(app, ...hundred, sale("a")))).toEqual(["#/sales"]);
    const body = JSON.stringify({ sales: hundred });
    const send = (length: number) => app.client.post("/api/v1/sales").type("json").send(body.padEnd(length));
    await send(64 * 1024).expect(202);
    expectProblem(await send(64 * 1024 + 1), "payload-too-large", { limit: 64 * 1024 });
    expect(await unitsSold(app)).toEqual({ a: 100 });
  });

  it("rejects all sales because of one with an unknown product", async () => {
    const app = await openShop();
    const rejected = await report(app, sale("a"), sale("unknown"), sale("b"));
    const detail = 'must be the id of a product, but is "unknown"';
    expectProblem(rejected, "product-not-found", {
      productId: "unknown",
      detail: `#/sales/1/productId ${detail}`,
      errors: [{ pointer: "#/sales/1/productId", detail }],
    });
    expect(await unitsSold(app)).toEqual({});
  });

  it("rejects all sales because of one that is more than 5 minutes ahead", async () => {
    const app = await openShop();
    const ahead = (ms: number) => sale("a", { occurredAt: new Date(now(app) + ms).toISOString() });
    const rejected = await report(app, ahead(0), ahead(4 * minute), ahead(6 * minute), sale("unknown"));
    const detail = expect.stringMatching(/^must be \S+Z or earlier, but is \S+Z$/);
    expectProblem(rejected, "sale-in-future", { errors: [{ pointer: "#/sales/2/occurredAt", detail }] });
    expect(await unitsSold(app)).toEqual({});
    await report(app, ahead(0), ahead(4 * minute)).expect(202);
  });

  it("never confuses a reported sale with an order's sale", async () => {
    const app = await openShop();
    for (const saleId of ["order:o1:a", "shop:1"])
      expect(faultsOf(await report(app, sale("a", { saleId })))).toEqual(["#/sales/0/saleId"]);
    await report(app, sale("a", { saleId: "order" })).expect(202);
    expect(await app.application.sales.unbooked(10)).toEqual(["shop:order"]);
  });
});
