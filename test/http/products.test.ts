import { describe, expect, it } from "vitest";
import { expectProblem, faultsOf } from "../support/expect-problem.js";
import { startHttpApp } from "../support/http-app.js";
import { addProduct, audited } from "./shop.js";

const product = { name: "Cup", unitPrice: 1000, stock: 50 };

describe("a product", () => {
  it("is added with its stock, shown, listed and audited", async () => {
    const app = await startHttpApp();
    const added = await app.ask("POST", "/api/v1/products", { body: { ...product, category: "Kitchen" } });
    const { productId } = added.body;
    const shown = { productId, ...product, category: "Kitchen" };
    expect(added).toMatchObject({ status: 201, body: shown });
    expect(added.headers.get("location")).toBe(`/api/v1/products/${productId}`);
    expect(await app.ask("GET", `/api/v1/products/${productId}`)).toMatchObject({ status: 200, body: shown });
    const plain = await app.ask("POST", "/api/v1/products", { body: { ...product, productId: "plain", stock: 0 } });
    expect(plain.body).toEqual({ ...product, productId: "plain", stock: 0, category: null });
    const list = await app.ask("GET", "/api/v1/products");
    expect(list.body).toEqual({ items: [shown, plain.body], nextCursor: null });
    const audit = { initial: 50, restocked: 0, onHand: 50, reserved: 0, sold: 0, balanced: true };
    expect(await audited(app, String(productId))).toEqual(audit);
  });

  it("keeps a chosen id, whatever has changed since: the same again is 200, anything else 409", async () => {
    const app = await startHttpApp();
    const body = { ...product, productId: "cup", category: "Kitchen" };
    const add = (facts: object = {}) => app.ask("POST", "/api/v1/products", { body: { ...body, ...facts } });
    expect((await add()).status).toBe(201);
    await app.ask("PATCH", "/api/v1/products/cup", { body: { name: "Mug", unitPrice: 2000, restock: 5 } });
    const again = await add();
    const changed = { productId: "cup", name: "Mug", unitPrice: 2000, stock: 55, category: "Kitchen" };
    expect([again.status, again.body]).toEqual([200, changed]);
    for (const other of [{ name: "Mug" }, { unitPrice: 2000 }, { stock: 55 }, { category: "Bath" }])
      expectProblem(await add(other), "id-taken");
    expectProblem(await add({ category: undefined }), "id-taken");
    expect((await app.ask("GET", "/api/v1/products/cup")).body).toEqual(changed);
  });

  it("is changed field by field; a restock adds each time", async () => {
    const app = await startHttpApp();
    const productId = await addProduct(app);
    const change = (body: unknown) => app.ask("PATCH", `/api/v1/products/${productId}`, { body });
    let announced = 0;
    app.application.boardNotices.subscribe("products", () => {
      announced += 1;
    });
    const stands = { productId, ...product, category: null };
    expect(await change({ name: "Mug" })).toMatchObject({ status: 200, body: { ...stands, name: "Mug" } });
    expect((await change({ unitPrice: 0 })).body).toEqual({ ...stands, name: "Mug", unitPrice: 0 });
    for (const stock of [57, 64]) expect((await change({ restock: 7 })).body).toMatchObject({ stock });
    const audit = { initial: 50, restocked: 14, onHand: 64, reserved: 0, sold: 0, balanced: true };
    expect(await audited(app, productId)).toEqual(audit);
    expect(announced).toBe(4);
    expectProblem(await app.ask("PATCH", "/api/v1/products/none", { body: { restock: 1 } }), "product-not-found");
  });

  it("never has more units than can be counted", async () => {
    const app = await startHttpApp();
    const productId = await addProduct(app, { stock: 1_000_000_000 });
    const change = (body: unknown) => app.ask("PATCH", `/api/v1/products/${productId}`, { body });
    expectProblem(await change({ restock: 1, name: "Mug" }), "stock-too-large");
    expect((await app.ask("GET", `/api/v1/products/${productId}`)).body).toMatchObject({ name: "Cup" });
    expect(await audited(app, productId)).toMatchObject({ restocked: 0, onHand: 1_000_000_000, balanced: true });
  });

  it("that is not there is 404", async () => {
    const app = await startHttpApp();
    for (const path of ["none", "none/audit"])
      expectProblem(await app.ask("GET", `/api/v1/products/${path}`), "product-not-found");
  });
});

describe("lists of products", () => {
  it("are walked page by page, oldest first", async () => {
    const app = await startHttpApp();
    const added: string[] = [];
    for (let n = 0; n < 5; n++) added.push(await addProduct(app));
    const seen: unknown[] = [];
    let cursor = "";
    do {
      const { body } = await app.ask("GET", `/api/v1/products?limit=2${cursor}`);
      seen.push(...Object.values(body.items ?? {}).map(({ productId }) => productId));
      cursor = body.nextCursor === null ? "" : `&cursor=${body.nextCursor}`;
    } while (cursor !== "");
    expect(seen).toEqual(added);
    expect(faultsOf(await app.ask("GET", "/api/v1/products?cursor=!"))).toEqual(["query/cursor"]);
    // A place in this list is none in another, though both are ordered alike.
    const { nextCursor } = (await app.ask("GET", "/api/v1/products?limit=1")).body;
    expect((await app.ask("GET", `/api/v1/products?cursor=${nextCursor}`)).status).toBe(200);
    for (const list of ["coupons", "concerts", "orders", "rankings/sold-out/history"])
      expect(faultsOf(await app.ask("GET", `/api/v1/${list}?cursor=${nextCursor}`, { as: "kim" }))).toEqual([
        "query/cursor",
      ]);
  });
});

const additions: readonly (readonly [what: string, pointer: string, body: unknown])[] = [
  ["nothing", "#", ""],
  ["no name", "#/name", { ...product, name: undefined }],
  ["an empty name", "#/name", { ...product, name: "" }],
  ["201 characters", "#/name", { ...product, name: "x".repeat(201) }],
  ["no price", "#/unitPrice", { ...product, unitPrice: undefined }],
  ["a price below 0", "#/unitPrice", { ...product, unitPrice: -1 }],
  ["a price of 10⁹ + 1", "#/unitPrice", { ...product, unitPrice: 1_000_000_001 }],
  ["half a won", "#/unitPrice", { ...product, unitPrice: 0.5 }],
  ["a price as text", "#/unitPrice", { ...product, unitPrice: "1000" }],
  ["no stock", "#/stock", { ...product, stock: undefined }],
  ["stock -1", "#/stock", { ...product, stock: -1 }],
  ["stock 10⁹ + 1", "#/stock", { ...product, stock: 1_000_000_001 }],
  ["stock 2^53", "#/stock", { ...product, stock: 2 ** 53 }],
  ["an empty category", "#/category", { ...product, category: "" }],
  ["category null", "#/category", { ...product, category: null }],
  ["201 characters of category", "#/category", { ...product, category: "x".repeat(201) }],
  ["an id with a slash", "#/productId", { ...product, productId: "a/b" }],
  ["an unknown field", "#/sold", { ...product, sold: 1 }],
];

const changes: readonly (readonly [what: string, pointer: string, body: unknown])[] = [
  ["nothing", "#", ""],
  ["no field", "#", {}],
  ["restock 0", "#/restock", { restock: 0 }],
  ["restock -1", "#/restock", { restock: -1 }],
  ["restock 10⁹ + 1", "#/restock", { restock: 1_000_000_001 }],
  ["a price below 0", "#/unitPrice", { unitPrice: -1 }],
  ["a name of null", "#/name", { name: null, restock: 1 }],
  ["the stock itself", "#/stock", { stock: 5, restock: 1 }],
  ["another id", "#/productId", { productId: "other", restock: 1 }],
];

describe("a body that is no product, and none that is a change", () => {
  it("is refused, with the place named, and changes nothing", async () => {
    const app = await startHttpApp();
    for (const [what, pointer, body] of additions) {
      const answered = await app.ask("POST", "/api/v1/products", { body });
      expect({ what, faults: faultsOf(answered) }).toEqual({ what, faults: [pointer] });
    }
    expect((await app.ask("GET", "/api/v1/products")).body.items).toEqual([]);
    const productId = await addProduct(app);
    const before = (await app.ask("GET", `/api/v1/products/${productId}`)).text;
    for (const [what, pointer, body] of changes) {
      const answered = await app.ask("PATCH", `/api/v1/products/${productId}`, { body });
      expect({ what, faults: faultsOf(answered) }).toEqual({ what, faults: [pointer] });
    }
    expect((await app.ask("GET", `/api/v1/products/${productId}`)).text).toBe(before);
  });

  it("is accepted at its bounds (control)", async () => {
    const app = await startHttpApp();
    const most = { name: "😀".repeat(200), unitPrice: 1_000_000_000, stock: 1_000_000_000, category: "x".repeat(200) };
    for (const body of [most, { ...product, unitPrice: 0, stock: 0 }])
      expect((await app.ask("POST", "/api/v1/products", { body })).status).toBe(201);
    const body = { restock: 1_000_000_000, unitPrice: 1_000_000_000, name: "x" };
    const productId = await addProduct(app, { stock: 0 });
    expect((await app.ask("PATCH", `/api/v1/products/${productId}`, { body })).status).toBe(200);
  });
});
