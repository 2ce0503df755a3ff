import { describe, expect, it } from "vitest";
import { DomainError } from "../../src/domain/problem.js";
import { expectProblem, faultsOf } from "../support/expect-problem.js";
import { type HttpApp, startHttpApp } from "../support/http-app.js";
import { addProduct, audited, heldCoupon, line, neutral, orderOf, placeOrder } from "./shop.js";

const place = (app: HttpApp, body: unknown, as = "kim") => app.ask("POST", "/api/v1/orders", { as, body });
const ordersOf = async (app: HttpApp, as = "kim") => (await app.ask("GET", "/api/v1/orders", { as })).body.items;

const cup = line("cup");
/** Bodies that are no order, each with the place that is to be named. */
const bodies: readonly (readonly [what: string, pointer: string, body: unknown])[] = [
  ["nothing", "#", ""],
  ["no items", "#/items", {}],
  ["0 lines", "#/items", { items: [] }],
  ["51 lines", "#/items", { items: Array(51).fill(cup) }],
  ["items that are no list", "#/items", { items: cup }],
  ["a line of null", "#/items/0", { items: [null] }],
  ["quantity 0", "#/items/0/quantity", { items: [{ ...cup, quantity: 0 }] }],
  ["quantity -1", "#/items/1/quantity", { items: [cup, { ...cup, quantity: -1 }] }],
  ["quantity 1001", "#/items/0/quantity", { items: [{ ...cup, quantity: 1001 }] }],
  ["quantity 1.5", "#/items/0/quantity", { items: [{ ...cup, quantity: 1.5 }] }],
  ["quantity 2^53", "#/items/0/quantity", { items: [{ ...cup, quantity: 2 ** 53 }] }],
  ["quantity 1e400", "#/items/0/quantity", '{"items":[{"productId":"cup","quantity":1e400}]}'],
  ["quantity as text", "#/items/0/quantity", { items: [{ ...cup, quantity: "1" }] }],
  ["no quantity", "#/items/0/quantity", { items: [{ productId: "cup" }] }],
  ["no product", "#/items/0/productId", { items: [{ quantity: 1 }] }],
  ["a product id that cannot be", "#/items/0/productId", { items: [line("c'up")] }],
  ["a price of one's own", "#/items/0/unitPrice", { items: [{ ...cup, unitPrice: 1 }] }],
  ["a coupon of null", "#/userCouponId", { items: [cup], userCouponId: null }],
  ["an empty id", "#/orderId", { items: [cup], orderId: "" }],
  ["a total of one's own", "#/total", { items: [cup], total: 1 }],
];

describe("a body that is no order", () => {
  it("is refused, with the place named, and places nothing", async () => {
    const app = await startHttpApp();
    await addProduct(app, { productId: "cup" });
    for (const [what, pointer, body] of bodies)
      expect({ what, faults: faultsOf(await place(app, body)) }).toEqual({ what, faults: [pointer] });
    expect(await ordersOf(app)).toEqual([]);
  });

  it("is one at its bounds (control)", async () => {
    const app = await startHttpApp();
    await addProduct(app, { productId: "x".repeat(64), unitPrice: 20_000 });
    const most = line("x".repeat(64), 1000);
    const body = { items: Array(50).fill(most), orderId: "y".repeat(64) };
    expect((await place(app, body)).status).toBe(202);
    expect(await orderOf(app, body.orderId)).toMatchObject({ total: 1_000_000_000, items: [{ quantity: 50_000 }] });
  });
});

describe("an order that cannot be", () => {
  it("has a code of its own by what is wrong, and places nothing", async () => {
    const app = await startHttpApp();
    await app.work();
    const [good, dear] = [await addProduct(app), await addProduct(app, { unitPrice: 1_000_000_000, stock: 5 })];
    const foreign = await heldCoupon(app, "lee");

    const unknown = await place(app, { items: [line(good), line("none")] });
    expectProblem(unknown, "product-not-found");
    expect(unknown.body.productId).toBe("none");
    const [others, none] = await Promise.all(
      [foreign, "none"].map((userCouponId) => place(app, { items: [line(good)], userCouponId })),
    );
    if (others === undefined || none === undefined) throw new Error("no answer");
    for (const answered of [others, none]) expectProblem(answered, "coupon-not-found");
    expect(neutral(others.text, others.body.requestId, foreign)).toBe(neutral(none.text, none.body.requestId, "none"));
    for (const items of [[line(dear, 2)], [line(dear), line(good)], Array(50).fill(line(dear, 1000))])
      expectProblem(await place(app, { items }), "order-too-large");

    expect(await ordersOf(app)).toEqual([]);
    for (const productId of [good, dear]) expect(await audited(app, productId)).toMatchObject({ reserved: 0, sold: 0 });
    const mine = await app.ask("GET", "/api/v1/me/coupons", { as: "lee" });
    expect(mine.body.items?.[0]).toMatchObject({ userCouponId: foreign, status: "issued" });
  });

  it("is not placed where its shopper could not be told how to follow it", async () => {
    let away = true;
    const ticketKey = async () => {
      if (away) throw new DomainError({ code: "engine-unavailable", engine: "database" });
      return new Uint8Array(32);
    };
    const app = await startHttpApp({ ticketKey });
    const body = { items: [line(await addProduct(app))] };
    expectProblem(await place(app, body), "engine-unavailable");
    expect(await ordersOf(app)).toEqual([]);
    away = false;
    expect((await place(app, body)).status).toBe(202);
  });

  it("is told of who asks, then of the body, then of what is not there", async () => {
    const app = await startHttpApp();
    expectProblem(await app.ask("POST", "/api/v1/orders", { body: {} }), "unauthorized");
    expect(faultsOf(await place(app, { items: [line("none")], page: 1 }))).toEqual(["#/page"]);
    expectProblem(await place(app, { items: [line("none")] }), "product-not-found");
  });
});

describe("a chosen order id", () => {
  it("stands for its order: the same again is 200, anything else 409", async () => {
    const app = await startHttpApp();
    await app.work();
    const [a, b] = [await addProduct(app), await addProduct(app)];
    const userCouponId = await heldCoupon(app);
    const body = { orderId: "mine", items: [line(a, 2), line(b, 1)] };
    expect((await place(app, body)).status).toBe(202);
    const split = { ...body, items: [line(b, 1), line(a, 1), line(a, 1)] };
    for (const same of [body, split]) {
      const again = await place(app, same);
      expect([again.status, again.headers.get("location")]).toEqual([200, "/api/v1/orders/mine"]);
      const { links, ...order } = again.body;
      expect(order).toMatchObject({ orderId: "mine", total: 3000, items: [{ unitPrice: 1000 }, { unitPrice: 1000 }] });
      expect(Object.keys(order).sort()).toEqual(Object.keys(await orderOf(app, "mine")).sort());
      expect((await app.ask("GET", `${String(links?.self)}`, { as: "kim" })).status).toBe(200);
      expect(String(links?.events)).toMatch(/^\/api\/v1\/orders\/mine\/events\?ticket=/);
    }
    for (const other of [
      { items: [line(a, 2)] },
      { items: [line(a, 2), line(b, 2)] },
      { items: [line(a, 1), line(b, 2)] },
      { userCouponId },
    ])
      expectProblem(await place(app, { ...body, ...other }), "id-taken");
    expectProblem(await place(app, body, "lee"), "id-taken");
    expect(await ordersOf(app)).toHaveLength(1);
    expect(await ordersOf(app, "lee")).toEqual([]);
  });

  it("is one order, however many ask at the same instant", async () => {
    const app = await startHttpApp();
    const body = { orderId: "mine", items: [line(await addProduct(app))] };
    const clicks = await Promise.all(Array.from({ length: 10 }, () => place(app, body)));
    expect(clicks.map(({ status }) => status).sort()).toEqual([...Array<number>(9).fill(200), 202]);
  });
});

describe("another's order", () => {
  it("answers like one that is not there, and stays as it is", async () => {
    const app = await startHttpApp();
    const orderId = await placeOrder(app, [await addProduct(app)]);
    const before = await orderOf(app, orderId);
    for (const [method, suffix] of [
      ["GET", ""],
      ["GET", "/events"],
      ["POST", "/cancellation"],
    ] as const) {
      const others = await app.ask(method, `/api/v1/orders/${orderId}${suffix}`, { as: "lee" });
      const none = await app.ask(method, `/api/v1/orders/none${suffix}`, { as: "lee" });
      for (const answered of [others, none]) expectProblem(answered, "order-not-found");
      expect(neutral(others.text, others.body.requestId, orderId)).toBe(
        neutral(none.text, none.body.requestId, "none"),
      );
    }
    expect(await orderOf(app, orderId)).toEqual(before);
  });
});
