import { describe, expect, it } from "vitest";
import { z } from "zod";
import { expectProblem, faultsOf } from "../support/expect-problem.js";
import { type HttpApp, sharedHttpApp } from "../support/http-app.js";
import { addProduct, auditOf } from "./order-fixture.js";

const app = await sharedHttpApp();
const kim = app.as("kim");

const object = "a JSON object";
const id = "an id of 1 to 64 ASCII letters, digits, hyphens or underscores";
const name =
  "a text of 1 to 200 characters with at least one visible character, " +
  "without control characters, line separators or text direction overrides";
const money = "an integer from 0 to 1000000000";
const time = "an ISO-8601 time in UTC such as 2026-11-21T03:00:00Z";
const planned = "a time from 2000-01-01T00:00:00.000Z to 2199-12-31T23:59:59.999Z";
const day = "a calendar day such as 2026-11-21";
const shortened = (length: number) => `"${"x".repeat(60)}"… (${length} characters)`;

const coupon = { name: "Ten off", quantity: 10, discount: { type: "percent", value: 10 } };
const withDiscount = (discount: unknown) => ({ ...coupon, discount });
const product = { name: "Cup", unitPrice: 1000, stock: 50 };
const line = { productId: "cup", quantity: 1 };
const payment = { orderId: "o1", amount: 1000 };
const schedule = { startsAt: "2026-11-21T10:00:00Z", salesOpenAt: "2026-11-01T00:00:00Z", seats: 3, price: 50_000 };
const sale = { saleId: "s1", productId: "a", quantity: 1, unitPrice: 1000 };
const secondSale = (facts: object) => ({ sales: [sale, { ...sale, saleId: "s2", ...facts }] });

/** The fault that is expected, and the body; a string is sent as it is. */
type InvalidBody = readonly [fault: string, body: unknown];

const quantity = "an integer from 1 to 10000000";
const coupons: readonly InvalidBody[] = [
  [`# is required and must be ${object}`, ""],
  [`# must be ${object}, but is null`, "null"],
  [`# must be ${object}, but is an array`, []],
  [`# must be ${object}, but is "coupon"`, '"coupon"'],
  ["# must be JSON in UTF-8", '{"name":'],
  ["# must be JSON in UTF-8", `${JSON.stringify(coupon)}x`],
  ["# must be nested at most 16 levels deep", "[".repeat(500) + "]".repeat(500)],
  [`#/name is required and must be ${name}`, { ...coupon, name: undefined }],
  [`#/name must be ${name}, but is ""`, { ...coupon, name: "" }],
  [`#/name must be ${name}, but is ${shortened(201)}`, { ...coupon, name: "x".repeat(201) }],
  [`#/name must be ${name}, but is "a\\u0000b"`, { ...coupon, name: "a\u0000b" }],
  [`#/name must be ${name}, but is "\\ud800"`, { ...coupon, name: "\ud800" }],
  [`#/name must be ${name}, but is "   "`, { ...coupon, name: "   " }],
  [`#/name must be ${name}, but is "\\u200b\\u2060"`, { ...coupon, name: "\u200b\u2060" }],
  [`#/name must be ${name}, but is "a\\u202eb"`, { ...coupon, name: "a\u202eb" }],
  [`#/name must be ${name}, but is 5`, { ...coupon, name: 5 }],
  [`#/quantity must be ${quantity}, but is 0`, { ...coupon, quantity: 0 }],
  [`#/quantity must be ${quantity}, but is -1`, { ...coupon, quantity: -1 }],
  [`#/quantity must be ${quantity}, but is 10000001`, { ...coupon, quantity: 10_000_001 }],
  [`#/quantity must be ${quantity}, but is 1.5`, { ...coupon, quantity: 1.5 }],
  [`#/quantity must be ${quantity}, but is "10"`, { ...coupon, quantity: "10" }],
  [`#/quantity must be ${quantity}, but is null`, { ...coupon, quantity: null }],
  [`#/quantity must be ${quantity}, but is Infinity`, JSON.stringify(coupon).replace(":10,", ":1e400,")],
  ['#/discount/type must be "fixed" or "percent", but is "gift"', withDiscount({ type: "gift", value: 1 })],
  ['#/discount/type is required and must be "fixed" or "percent"', withDiscount({ value: 1 })],
  [`#/discount is required and must be ${object}`, withDiscount(undefined)],
  [`#/discount must be ${object}, but is "10%"`, withDiscount("10%")],
  ["#/discount/value must be an integer from 1 to 100, but is 0", withDiscount({ type: "percent", value: 0 })],
  ["#/discount/value must be an integer from 1 to 100, but is 101", withDiscount({ type: "percent", value: 101 })],
  ["#/discount/value must be an integer from 1 to 1000000000, but is 0", withDiscount({ type: "fixed", value: 0 })],
  ["#/discount/of is not a known field", withDiscount({ type: "fixed", value: 1, of: "all" })],
  [`#/opensAt must be ${time}, but is "2026-02-30T00:00:00Z"`, { ...coupon, opensAt: "2026-02-30T00:00:00Z" }],
  [`#/opensAt must be ${time}, but is "2026-02-03T00:00:00"`, { ...coupon, opensAt: "2026-02-03T00:00:00" }],
  [`#/opensAt must be ${planned}, but is "0001-01-01T00:00:00Z"`, { ...coupon, opensAt: "0001-01-01T00:00:00Z" }],
  [`#/closesAt must be ${planned}, but is "0001-01-01T00:00:00Z"`, { ...coupon, closesAt: "0001-01-01T00:00:00Z" }],
  [`#/closesAt must be ${planned}, but is "9999-12-31T23:59:59Z"`, { ...coupon, closesAt: "9999-12-31T23:59:59Z" }],
  [`#/closesAt must be ${time}, but is 1800000000000`, { ...coupon, closesAt: 1_800_000_000_000 }],
  [
    '#/closesAt must be after opensAt, but is "2026-11-21T03:00:00Z"',
    { ...coupon, opensAt: "2026-11-21T03:00:00Z", closesAt: "2026-11-21T03:00:00Z" },
  ],
  [`#/couponId must be ${id}, but is ""`, { ...coupon, couponId: "" }],
  [`#/couponId must be ${id}, but is ${shortened(65)}`, { ...coupon, couponId: "x".repeat(65) }],
  [`#/couponId must be ${id}, but is "a/b"`, { ...coupon, couponId: "a/b" }],
  [`#/couponId must be ${id}, but is "a\\n"`, { ...coupon, couponId: "a\n" }],
  ["#/a~1b~0 is not a known field", { ...coupon, "a/b~": 1 }],
  ["#/__proto__ is not a known field", JSON.stringify(coupon).replace("{", '{"__proto__":{"quantity":1},')],
  ["#/constructor is not a known field", { ...coupon, constructor: { prototype: {} } }],
];

const products: readonly InvalidBody[] = [
  [`#/unitPrice must be ${money}, but is 0.5`, { ...product, unitPrice: 0.5 }],
  [`#/unitPrice must be ${money}, but is -1`, { ...product, unitPrice: -1 }],
  [`#/unitPrice must be ${money}, but is 1000000001`, { ...product, unitPrice: 1_000_000_001 }],
  [`#/unitPrice is required and must be ${money}`, { ...product, unitPrice: undefined }],
  [`#/stock must be ${money}, but is 9007199254740992`, { ...product, stock: 2 ** 53 }],
  [`#/stock must be ${money}, but is -1`, { ...product, stock: -1 }],
  [`#/name must be ${name}, but is "\\u3164"`, { ...product, name: "\u3164" }],
  [`#/category must be ${name}, but is " "`, { ...product, category: " " }],
  [`#/category must be ${name}, but is null`, { ...product, category: null }],
  [`#/category must be ${name}, but is ${shortened(201)}`, { ...product, category: "x".repeat(201) }],
  ["#/sold is not a known field", { ...product, sold: 1 }],
];
const productChanges: readonly InvalidBody[] = [
  [`# is required and must be ${object}`, ""],
  ["# must have at least one of name, unitPrice and restock", {}],
  ["#/restock must be an integer from 1 to 1000000000, but is 0", { restock: 0 }],
  ["#/restock must be an integer from 1 to 1000000000, but is 1000000001", { restock: 1_000_000_001 }],
  [`#/unitPrice must be ${money}, but is -1`, { unitPrice: -1 }],
  [`#/name must be ${name}, but is null`, { name: null, restock: 1 }],
  [`#/name must be ${name}, but is "\\u3000"`, { name: "\u3000" }],
  ["#/stock is not a known field", { stock: 5, restock: 1 }],
  ["#/productId is not a known field", { productId: "other", restock: 1 }],
];

const units = "an integer from 1 to 1000";
const orders: readonly InvalidBody[] = [
  ["#/items is required and must be an array", {}],
  ["#/items must have 1 to 50 items, but has 0", { items: [] }],
  ["#/items must have 1 to 50 items, but has 51", { items: Array(51).fill(line) }],
  ["#/items must be an array, but is a JSON object", { items: line }],
  [`#/items/0 must be ${object}, but is null`, { items: [null] }],
  [`#/items/0/quantity must be ${units}, but is 0`, { items: [{ ...line, quantity: 0 }] }],
  [`#/items/1/quantity must be ${units}, but is 1001`, { items: [line, { ...line, quantity: 1001 }] }],
  [`#/items/0/quantity is required and must be ${units}`, { items: [{ productId: "cup" }] }],
  [`#/items/0/productId is required and must be ${id}`, { items: [{ quantity: 1 }] }],
  [`#/items/0/productId must be ${id}, but is "c'up"`, { items: [{ ...line, productId: "c'up" }] }],
  ["#/items/0/unitPrice is not a known field", { items: [{ ...line, unitPrice: 1 }] }],
  [`#/userCouponId must be ${id}, but is null`, { items: [line], userCouponId: null }],
  [`#/orderId must be ${id}, but is ""`, { items: [line], orderId: "" }],
  ["#/total is not a known field", { items: [line], total: 1 }],
];

const methods = "sandbox-ok, sandbox-declined, sandbox-silent-captured, sandbox-silent-lost, sandbox-slow";
const payments: readonly InvalidBody[] = [
  ["# must have exactly one of orderId and reservationId", { amount: 1000 }],
  ["# must have exactly one of orderId and reservationId", { ...payment, reservationId: "r1" }],
  [`#/reservationId must be ${id}, but is null`, { ...payment, reservationId: null }],
  [`#/amount is required and must be ${money}`, { orderId: "o1" }],
  [`#/amount must be ${money}, but is 999.5`, { ...payment, amount: 999.5 }],
  [`#/amount must be ${money}, but is "1000"`, { ...payment, amount: "1000" }],
  // The method may be a card's token, so no response repeats it.
  [
    `#/paymentMethod must be ${methods}, because no payment provider is configured`,
    { ...payment, paymentMethod: "cash" },
  ],
  ["#/paymentMethod must be a text of 1 to 255 characters", { ...payment, paymentMethod: "" }],
  ["#/paymentMethod must be a text of 1 to 255 characters", { ...payment, paymentMethod: "x".repeat(256) }],
  ["#/currency is not a known field", { ...payment, currency: "KRW" }],
];

const concerts: readonly InvalidBody[] = [
  [`#/title is required and must be ${name}`, {}],
  [`#/title must be ${name}, but is ""`, { title: "" }],
  [`#/title must be ${name}, but is "\\u2800"`, { title: "\u2800" }],
  [`#/concertId must be ${id}, but is "a/b"`, { title: "Winter", concertId: "a/b" }],
  ["#/name is not a known field", { title: "Winter", name: "Winter" }],
];
const seats = "an integer from 1 to 100000";
const schedules: readonly InvalidBody[] = [
  [`#/startsAt is required and must be ${time}`, { ...schedule, startsAt: undefined }],
  [`#/salesOpenAt must be ${time}, but is "2026-11-21"`, { ...schedule, salesOpenAt: "2026-11-21" }],
  [`#/startsAt must be ${planned}, but is "9999-12-31T00:00:00Z"`, { ...schedule, startsAt: "9999-12-31T00:00:00Z" }],
  [
    `#/salesOpenAt must be ${planned}, but is "1970-01-01T00:00:00Z"`,
    { ...schedule, salesOpenAt: "1970-01-01T00:00:00Z" },
  ],
  [
    '#/salesOpenAt must be at startsAt or earlier, but is "2026-11-21T10:00:00.001Z"',
    { ...schedule, salesOpenAt: "2026-11-21T10:00:00.001Z" },
  ],
  [`#/seats must be ${seats}, but is 0`, { ...schedule, seats: 0 }],
  [`#/seats must be ${seats}, but is 100001`, { ...schedule, seats: 100_001 }],
  [`#/price must be ${money}, but is -1`, { ...schedule, price: -1 }],
  [`#/price is required and must be ${money}`, { ...schedule, price: undefined }],
  [`#/scheduleId must be ${id}, but is "a b"`, { ...schedule, scheduleId: "a b" }],
  ["#/hall is not a known field", { ...schedule, hall: "main" }],
];
const seatNo = "an integer of at least 1";
const reservations: readonly InvalidBody[] = [
  ...[0, -1, 1.5, null, 2 ** 53].map(
    (given): InvalidBody => [`#/seatNo must be ${seatNo}, but is ${given}`, { seatNo: given }],
  ),
  [`#/seatNo must be ${seatNo}, but is "1"`, { seatNo: "1" }],
  [`#/seatNo is required and must be ${seatNo}`, {}],
  ["#/price is not a known field", { seatNo: 1, price: 0 }],
];

const sales: readonly InvalidBody[] = [
  ["#/sales must have 1 to 100 items, but has 0", { sales: [] }],
  ["#/shop is not a known field", { sales: [sale], shop: "s1" }],
  [`#/sales/1/saleId is required and must be ${id}`, secondSale({ saleId: undefined })],
  [`#/sales/1/saleId must be ${id}, but is "a b"`, secondSale({ saleId: "a b" })],
  [`#/sales/1/quantity must be ${units}, but is 1001`, secondSale({ quantity: 1001 })],
  [`#/sales/1/unitPrice must be ${money}, but is -1`, secondSale({ unitPrice: -1 })],
  [`#/sales/1/occurredAt must be ${time}, but is null`, secondSale({ occurredAt: null })],
  [
    `#/sales/1/occurredAt must be ${planned}, but is "1999-12-31T23:59:59.999Z"`,
    secondSale({ occurredAt: "1999-12-31T23:59:59.999Z" }),
  ],
  ["#/sales/1/currency is not a known field", secondSale({ currency: "KRW" })],
];

const boards = '"products", "fastest" or "weekly"';
const rebuilds: readonly InvalidBody[] = [
  [`#/board must be ${boards}, but is "all"`, { board: "all" }],
  [`#/board is required and must be ${boards}`, {}],
  ["#/limit is not a known field", { board: "products", limit: 1 }],
];

const invalidBodies: Readonly<Record<string, readonly InvalidBody[]>> = {
  "POST /coupons": coupons,
  "POST /products": products,
  "PATCH /products/cup": productChanges,
  "POST /orders": orders,
  "POST /payments": payments,
  "POST /concerts": concerts,
  "POST /concerts/c1/schedules": schedules,
  "POST /schedules/s1/reservations": reservations,
  "POST /sales": sales,
  "POST /admin/rankings/rebuild": rebuilds,
  // Routes without fields accept no body or an empty object.
  "POST /coupons/c1/claims": [
    ["#/position is not a known field", { position: 1 }],
    [`# must be ${object}, but is an array`, []],
  ],
  "POST /orders/o1/cancellation": [["#/reason is not a known field", { reason: "expired" }]],
  "POST /admin/statistics/2020-01-01/sync": [["#/all is not a known field", { all: true }]],
  "POST /admin/dead-letters/1/replay": [["#/group is not a known field", { group: "inventory" }]],
};

const send = (route: string, body: unknown) => {
  const [method = "", path = ""] = route.split(" ");
  const request = method === "PATCH" ? kim.patch(`/api/v1${path}`) : kim.post(`/api/v1${path}`);
  return request
    .set("Idempotency-Key", "k1")
    .type("json")
    .send(typeof body === "string" ? body : JSON.stringify(body));
};

/** Returns everything that invalid requests could have created. */
const created = async (app: HttpApp) => {
  const lists = ["coupons", "products", "concerts", "orders"].map((list) => app.as("kim").get(`/api/v1/${list}`));
  return (await Promise.all(lists)).map(({ body }) => body.items.length);
};

describe("an invalid body", () => {
  it.each(Object.entries(invalidBodies))(
    "of %s is rejected with its place, the rule and the value",
    async (route, bodies) => {
      const before = await created(app);
      for (const [fault, body] of bodies) {
        const response = await send(route, body);
        expectProblem(response, "invalid-request", { detail: fault });
        const [pointer = "", ...words] = fault.split(" ");
        expect(response.body.errors).toEqual([{ pointer, detail: words.join(" ") }]);
      }
      expect(await created(app)).toEqual(before);
      expect(({} as Record<string, unknown>).quantity).toBeUndefined();
    },
  );

  it("names every invalid place once", async () => {
    const { body } = await send("POST /coupons", { name: "", quantity: 0, price: 1 }).expect(400);
    expect(body.errors.map(({ pointer }: { pointer: string }) => pointer)).toEqual([
      "#/name",
      "#/quantity",
      "#/discount",
      "#/price",
    ]);
    expect(body.detail).toBe(`#/name must be ${name}, but is "" (and 3 more, see errors)`);
  });

  it("is never described in the words of the validation library", async () => {
    const garbage = [null, true, -1, 1.5, "", [], {}, [null]];
    for (const { prefix, routes } of app.server.tables)
      for (const { method, path, body } of routes) {
        if (!(body instanceof z.ZodObject)) continue;
        const route = `${method} ${(prefix + path).replace("/api/v1", "").replaceAll(/:\w+/g, "2020-01-01")}`;
        for (const value of garbage) {
          const fields = Object.fromEntries(Object.keys(body.shape).map((field) => [field, value]));
          faultsOf(await send(route, fields));
        }
      }
  });

  it("is reported before an unknown id and after an unknown caller", async () => {
    const invalid = { restock: 0 };
    expectProblem(await app.client.patch("/api/v1/products/unknown").send(invalid), "invalid-request");
    expectProblem(await app.client.post("/api/v1/orders").send({}), "unauthorized");
    expectProblem(
      await kim.post("/api/v1/orders").send({ items: [{ ...line, productId: "unknown" }] }),
      "product-not-found",
    );
    const productId = await addProduct(app);
    await app.client.patch(`/api/v1/products/${productId}`).send(invalid).expect(400);
    expect(await auditOf(app, productId)).toMatchObject({ restocked: 0 });
  });

  it("that contains bytes other than UTF-8 is rejected", async () => {
    const body = Buffer.from('{"name":"\xff\xfe"}', "latin1");
    const response = await fetch(`${app.url}/api/v1/coupons`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body,
    });
    expect(await response.json()).toMatchObject({ status: 400, errors: [{ pointer: "#" }] });
  });
});

const cursor = "a cursor that this list returned as nextCursor";
const windows = '"1d", "3d", "7d", "30d" or "all"';
const invalidUrls: readonly (readonly [fault: string, path: string])[] = [
  [`path/couponId must be ${id}, but is "a b"`, "/coupons/a%20b"],
  [`path/couponId must be ${id}, but is "~E0~A4~A"`, "/coupons/%E0%A4%A"],
  [`path/couponId must be ${id}, but is "\\u0000"`, "/coupons/%00"],
  [`path/couponId must be ${id}, but is "../../etc"`, "/coupons/..%2F..%2Fetc"],
  [`path/couponId must be ${id}, but is ${shortened(65)}`, `/coupons/${"x".repeat(65)}`],
  [`path/taskId must be ${id}, but is "a'b"`, "/tasks/a'b/events"],
  [`path/productId must be ${id}, but is "a.b"`, "/products/a.b"],
  [`path/orderId must be ${id}, but is "a.b"`, "/orders/a.b/events"],
  [`path/paymentId must be ${id}, but is "a.b"`, "/payments/a.b"],
  [`path/concertId must be ${id}, but is "a.b"`, "/concerts/a.b/schedules"],
  [`path/scheduleId must be ${id}, but is "a.b"`, "/schedules/a.b/seats"],
  [`path/reservationId must be ${id}, but is "a.b"`, "/reservations/a.b"],
  ['query/limit must be an integer from 1 to 1000, but is "1001"', "/schedules/s1/seats?limit=1001"],
  ['query/limit must be an integer from 1 to 100, but is "101"', "/rankings/products?limit=101"],
  ['query/limit must be an integer from 1 to 50, but is "51"', "/rankings/sold-out/events?limit=51"],
  ...["0", "201", "1e2", "-1", "", "99999999999999999999"].map((limit): readonly [string, string] => [
    `query/limit must be an integer from 1 to 200, but is "${limit}"`,
    `/coupons?limit=${limit}`,
  ]),
  ["query/limit must not be repeated", "/coupons?limit=5&limit=6"],
  ["query must be percent-encoded UTF-8", "/coupons?limit=%E0%A4%A"],
  [`query/window must be ${windows}, but is "2d"`, "/rankings/products?window=2d"],
  [`query/window must be ${windows}, but is ""`, "/rankings/products/events?window="],
  ['query/board must be "fastest" or "weekly", but is "daily"', "/rankings/sold-out?board=daily"],
  ['query/week must be an ISO week such as 2026-W47, but is "2026-W54"', "/rankings/sold-out?week=2026-W54"],
  ['query/week must be an ISO week such as 2026-W47, but is "2025-W53"', "/rankings/sold-out?week=2025-W53"],
  ['query/week must be an ISO week such as 2026-W47, but is "2026-47"', "/rankings/sold-out?week=2026-47"],
  [
    'query/week must be absent for the board fastest, but is "2026-W47"',
    "/rankings/sold-out/events?board=fastest&week=2026-W47",
  ],
  [`query/from must be ${time}, but is "2026-11-21"`, "/rankings/sold-out/history?from=2026-11-21"],
  [`query/cursor must be ${cursor}`, "/rankings/sold-out/history?cursor=e30"],
  [`query/cursor must be ${cursor}`, "/orders?cursor=W10"],
  [`query/cursor must be ${cursor}`, "/admin/dead-letters?cursor=WyJhIl0"],
  [`query/cursor must be ${cursor}, but is "\\u0000"`, "/me/coupons?cursor=%00"],
  [`query/cursor must be ${cursor}, but is ${shortened(257)}`, `/coupons?cursor=${"x".repeat(257)}`],
  [`query/from is required and must be ${day}`, "/statistics/products?to=2026-11-21"],
  [`query/to is required and must be ${day}`, "/admin/statistics/drifts?from=2026-11-21"],
  [`query/from must be ${day}, but is "2026-02-29"`, "/statistics/products?from=2026-02-29&to=2026-03-01"],
  ...[
    ["2026-11-21", "2026-11-20"],
    ["2026-01-01", "2026-04-03"],
    ["0001-01-01", "9999-12-31"],
  ].map(([from, to]): readonly [string, string] => [
    `query/to must be \`from\` or later and span at most 92 days, but is "${to}"`,
    `/statistics/products?from=${from}&to=${to}`,
  ]),
  [`query/couponId must be ${id}, but is "a'b"`, "/admin/ranking-logs?couponId=a'b"],
  ["query/status is not a known query parameter", "/orders?status=pending"],
  ["query/__proto__ is not a known query parameter", "/coupons?__proto__=1"],
  ["query/x is not a known query parameter", "/coupons/c1?x"],
  ["query/ticket is not a known query parameter", "/rankings/products/events?ticket=x"],
];

describe("an invalid path or query", () => {
  it("is rejected with its place, the rule and the value", async () => {
    for (const [fault, path] of invalidUrls)
      expectProblem(await kim.get(`/api/v1${path}`), "invalid-request", { detail: fault });
  });

  it.each(["2026-02-29", "2026-13-01", "20261121", "2026-W47"])("is rejected as business day: %s", async (given) => {
    const response = await app.client.post(`/api/v1/admin/statistics/${given}/sync`);
    expectProblem(response, "invalid-request", { detail: `path/businessDay must be ${day}, but is "${given}"` });
  });

  it("names both days of a span when both are invalid", async () => {
    const { body } = await app.client.get("/api/v1/statistics/products?from=abc&to=abc").expect(400);
    expect(body.errors.map(({ pointer }: { pointer: string }) => pointer)).toEqual(["query/from", "query/to"]);
  });
});
