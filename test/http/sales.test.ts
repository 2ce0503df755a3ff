import { describe, expect, it } from "vitest";
import { expectProblem, faultsOf } from "../support/expect-problem.js";
import { type HttpApp, startHttpApp } from "../support/http-app.js";
import { itemsOf, now, report, sale } from "./boards.js";
import { addProduct, minute } from "./shop.js";

const taken = (accepted: number, known = 0) => ({ status: 202, body: { accepted, known } });
/** What the sales taken so far add up to, by product. */
const counted = async (app: HttpApp) => {
  await app.application.bookSales.bookUnbooked();
  await app.application.compareBoards.all();
  return Object.fromEntries(await itemsOf(app, "products?window=all&limit=100", "productId", "quantity"));
};
const open = async () => {
  const app = await startHttpApp();
  for (const productId of ["a", "b"]) await addProduct(app, { productId });
  return app;
};

describe("reported sales", () => {
  it("are taken, each id once for ever", async () => {
    const app = await open();
    const [first, second] = [sale("a", { quantity: 2 }), sale("b", { quantity: 3 })];
    expect(await report(app, [first, second])).toMatchObject(taken(2));
    expect(await report(app, [first])).toMatchObject(taken(0, 1));
    const third = sale("a");
    const occurredAt = new Date(now(app) - minute).toISOString();
    expect(await report(app, [{ ...second, quantity: 9 }, third, { ...first, occurredAt }])).toMatchObject(taken(1, 2));
    app.advance(365 * 24 * 60 * minute);
    expect(await report(app, [first, second, third])).toMatchObject(taken(0, 3));
    expect(await counted(app)).toEqual({ a: 3, b: 3 });
  });

  it("of one id that comes twice in a call count once", async () => {
    const app = await open();
    const twice = sale("a", { quantity: 2 });
    expect(await report(app, [twice, twice])).toMatchObject(taken(1, 1));
    expect(await counted(app)).toEqual({ a: 2 });
  });

  it("go up to a hundred a call, with the longest ids, and to 64 kB", async () => {
    const app = await open();
    const long = (n: number) =>
      sale("a", { saleId: String(n).padStart(64, "x"), occurredAt: "2026-01-01T00:00:00.000Z" });
    const hundred = Array.from({ length: 100 }, (_, n) => long(n));
    expect(JSON.stringify(hundred).length).toBeGreaterThan(16 * 1024);
    expect(await report(app, hundred)).toMatchObject(taken(100));
    expect(faultsOf(await report(app, [...hundred, sale("a")]))).toEqual(["#/sales"]);
    const body = JSON.stringify({ sales: hundred });
    expect((await app.ask("POST", "/api/v1/sales", { body: body.padEnd(64 * 1024) })).status).toBe(202);
    const tooLarge = await app.ask("POST", "/api/v1/sales", { body: body.padEnd(64 * 1024 + 1) });
    expectProblem(tooLarge, "payload-too-large");
    expect(tooLarge.body.limit).toBe(64 * 1024);
    expect(await counted(app)).toEqual({ a: 100 });
  });

  it("are all refused for one of an unknown product, with its place", async () => {
    const app = await open();
    const refused = await report(app, [sale("a"), sale("none"), sale("gone")]);
    expectProblem(refused, "product-not-found");
    expect(refused.body).toMatchObject({ productId: "none", errors: [{ pointer: "#/sales/1/productId" }] });
    expect(refused.body).not.toHaveProperty("index");
    expect(await counted(app)).toEqual({});
  });

  it("are all refused for one that is more than five minutes ahead, with its place", async () => {
    const app = await open();
    const ahead = (ms: number) => sale("a", { occurredAt: new Date(now(app) + ms).toISOString() });
    const refused = await report(app, [ahead(0), ahead(4 * minute), ahead(6 * minute), sale("none")]);
    expectProblem(refused, "sale-in-future");
    expect([refused.status, refused.body]).toMatchObject([400, { errors: [{ pointer: "#/sales/2/occurredAt" }] }]);
    expect(refused.body).not.toHaveProperty("index");
    expect(await counted(app)).toEqual({});
    expect(await report(app, [ahead(0), ahead(4 * minute)])).toMatchObject(taken(2));
  });

  it("cannot pass for the sale of an order's line", async () => {
    const app = await open();
    for (const saleId of ["order:o1:a", "shop:1"])
      expect(faultsOf(await report(app, [sale("a", { saleId })]))).toEqual(["#/sales/0/saleId"]);
    await report(app, [sale("a", { saleId: "order" })]);
    expect(await app.application.sales.unbooked(10)).toEqual(["shop:order"]);
  });
});

const fine = { saleId: "s1", productId: "a", quantity: 1, unitPrice: 1000 };
const bodies: readonly (readonly [what: string, pointer: string, body: unknown])[] = [
  ["nothing", "#", ""],
  ["no sales", "#/sales", {}],
  ["an empty list", "#/sales", { sales: [] }],
  ["one that is no list", "#/sales", { sales: fine }],
  ["an unknown field", "#/shop", { sales: [fine], shop: "s1" }],
  ...[
    ["no id", "saleId", { saleId: undefined }],
    ["an id that cannot be", "saleId", { saleId: "a b" }],
    ["65 characters of id", "saleId", { saleId: "x".repeat(65) }],
    ["no product", "productId", { productId: undefined }],
    ["a product that cannot be", "productId", { productId: "a'b" }],
    ["no unit", "quantity", { quantity: 0 }],
    ["1,001 units", "quantity", { quantity: 1001 }],
    ["half a unit", "quantity", { quantity: 0.5 }],
    ["a price below 0", "unitPrice", { unitPrice: -1 }],
    ["10⁹ + 1", "unitPrice", { unitPrice: 1_000_000_001 }],
    ["no price", "unitPrice", { unitPrice: undefined }],
    ["a day as a time", "occurredAt", { occurredAt: "2026-11-21" }],
    ["a time of null", "occurredAt", { occurredAt: null }],
    ["a time before clocks", "occurredAt", { occurredAt: "0999-12-31T00:00:00Z" }],
    ["an unknown field", "currency", { currency: "KRW" }],
  ].map(([what, field, facts]): [string, string, unknown] => [
    String(what),
    `#/sales/1/${field}`,
    { sales: [fine, { ...fine, saleId: "s2", ...(facts as object) }] },
  ]),
];

describe("a body that is no sales", () => {
  it("is refused, with the place named, and nothing of it taken", async () => {
    const app = await open();
    for (const [what, pointer, body] of bodies) {
      const answered = await app.ask("POST", "/api/v1/sales", { body });
      expect({ what, faults: faultsOf(answered) }).toEqual({ what, faults: [pointer] });
    }
    expect(await counted(app)).toEqual({});
  });
});
