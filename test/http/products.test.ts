import { describe, expect, it } from "vitest";
import { expectProblem, faultsOf } from "../support/expect-problem.js";
import { sharedHttpApp, startHttpApp } from "../support/http-app.js";
import { pagesOf } from "./list-pages.js";
import { addProduct, auditOf } from "./order-fixture.js";

const app = await sharedHttpApp();
const product = { name: "Cup", unitPrice: 1000, stock: 50 };
const pathOf = (productId: string) => `/api/v1/products/${productId}`;

describe("POST /products", () => {
  const create = (body: object) => app.client.post("/api/v1/products").send(body);

  it("adds a product with its initial stock", async () => {
    const { body, headers } = await create({ ...product, category: "Kitchen" }).expect(201);
    const { productId } = body;
    expect(body).toEqual({ productId, ...product, category: "Kitchen" });
    expect(headers.location).toBe(pathOf(productId));
    expect((await app.client.get(pathOf(productId)).expect(200)).body).toEqual(body);
    expect(await auditOf(app, productId)).toEqual({
      initial: 50,
      restocked: 0,
      onHand: 50,
      reserved: 0,
      sold: 0,
      balanced: true,
    });
    expect((await create({ ...product, productId: "plain", stock: 0 }).expect(201)).body.category).toBeNull();
  });

  it("returns the current state to the same request, also after changes, and 409 to another one", async () => {
    const cup = { ...product, productId: "cup", category: "Kitchen" };
    await create(cup).expect(201);
    const change = { name: "Mug", unitPrice: 2000, restock: 5 };
    const { body: changed } = await app.client.patch(pathOf("cup")).send(change).expect(200);
    expect(changed).toEqual({ productId: "cup", name: "Mug", unitPrice: 2000, stock: 55, category: "Kitchen" });
    expect((await create(cup).expect(200)).body).toEqual(changed);
    for (const other of [{ name: "Mug" }, { unitPrice: 2000 }, { stock: 55 }, { category: "Bath" }])
      expectProblem(await create({ ...cup, ...other }), "id-taken", { id: "cup" });
    expectProblem(await create({ ...product, productId: "cup" }), "id-taken");
  });

  it("accepts the greatest values", async () => {
    const most = { name: "😀".repeat(200), unitPrice: 1_000_000_000, stock: 1_000_000_000, category: "x".repeat(200) };
    for (const body of [most, { ...product, unitPrice: 0, stock: 0 }]) await create(body).expect(201);
  });
});

describe("PATCH /products/{productId}", () => {
  const change = (productId: string, body: object) => app.client.patch(pathOf(productId)).send(body);

  it("changes each field alone and adds each restock", async () => {
    const productId = await addProduct(app);
    let notices = 0;
    app.application.boardNotices.subscribe("products", () => {
      notices += 1;
    });
    const unchanged = { productId, ...product, category: null };
    expect((await change(productId, { name: "Mug" }).expect(200)).body).toEqual({ ...unchanged, name: "Mug" });
    expect((await change(productId, { unitPrice: 0 }).expect(200)).body).toMatchObject({ name: "Mug", unitPrice: 0 });
    for (const stock of [57, 64])
      expect((await change(productId, { restock: 7 }).expect(200)).body).toMatchObject({ stock });
    expect(await auditOf(app, productId)).toMatchObject({ initial: 50, restocked: 14, onHand: 64, balanced: true });
    // Boards show names and prices.
    expect(notices).toBe(4);
  });

  it("rejects a restock above 1,000,000,000 units and changes nothing", async () => {
    const productId = await addProduct(app, { stock: 1_000_000_000 });
    const rejected = await change(productId, { restock: 1, name: "Mug" });
    expectProblem(rejected, "stock-too-large", { productId, restock: 1, greatest: 1_000_000_000 });
    expect((await app.client.get(pathOf(productId))).body.name).toBe("Cup");
    expect(await auditOf(app, productId)).toMatchObject({ restocked: 0, onHand: 1_000_000_000, balanced: true });
    await change(await addProduct(app, { stock: 0 }), { restock: 1_000_000_000 }).expect(200);
  });

  it("returns 404 for an unknown product, as the reads do", async () => {
    expectProblem(await change("unknown", { restock: 1 }), "product-not-found", { productId: "unknown" });
    for (const path of [pathOf("unknown"), `${pathOf("unknown")}/audit`])
      expectProblem(await app.client.get(path), "product-not-found");
  });
});

describe("GET /products", () => {
  it("lists products page by page, oldest first", async () => {
    const app = await startHttpApp();
    const added: string[] = [];
    for (let n = 0; n < 5; n++) added.push(await addProduct(app));
    const pages = await pagesOf(app.client, "/api/v1/products", 2);
    expect(pages.map((page) => page.map(({ productId }) => productId))).toEqual([
      added.slice(0, 2),
      added.slice(2, 4),
      added.slice(4),
    ]);
  });

  it("rejects the cursor of another list", async () => {
    for (let n = 0; n < 2; n++) await addProduct(app);
    const { nextCursor: cursor } = (await app.client.get("/api/v1/products?limit=1").expect(200)).body;
    await app.client.get("/api/v1/products").query({ cursor }).expect(200);
    for (const list of ["coupons", "concerts", "orders", "rankings/sold-out/history"])
      expect(faultsOf(await app.as("kim").get(`/api/v1/${list}`).query({ cursor }))).toEqual(["query/cursor"]);
  });
});
