import { describe, expect, it } from "vitest";
import { expectProblem, faultsOf } from "../support/expect-problem.js";
import { openCoupon, startHttpApp } from "../support/http-app.js";

const coupon = { name: "Ten off", quantity: 10, discount: { type: "percent", value: 10 } };
const withDiscount = (discount: unknown) => ({ ...coupon, discount });

/** Bodies of `POST /coupons` that must be refused, each with the place that is to be named. */
const bodies: readonly (readonly [what: string, pointer: string, body: unknown])[] = [
  ["nothing", "#", ""],
  ["null", "#", "null"],
  ["a list", "#", []],
  ["text", "#", '"coupon"'],
  ["broken JSON", "#", '{"name":'],
  ["bytes after the JSON", "#", `${JSON.stringify(coupon)}x`],
  ["500 levels", "#", "[".repeat(500) + "]".repeat(500)],
  ["no name", "#/name", { ...coupon, name: undefined }],
  ["an empty name", "#/name", { ...coupon, name: "" }],
  ["201 characters", "#/name", { ...coupon, name: "x".repeat(201) }],
  ["a control character", "#/name", { ...coupon, name: "a\u0000b" }],
  ["half a surrogate pair", "#/name", { ...coupon, name: "\ud800" }],
  ["a number as name", "#/name", { ...coupon, name: 5 }],
  ["quantity 0", "#/quantity", { ...coupon, quantity: 0 }],
  ["quantity -1", "#/quantity", { ...coupon, quantity: -1 }],
  ["quantity 10⁷ + 1", "#/quantity", { ...coupon, quantity: 10_000_001 }],
  ["quantity 1.5", "#/quantity", { ...coupon, quantity: 1.5 }],
  ["quantity as text", "#/quantity", { ...coupon, quantity: "10" }],
  ["quantity null", "#/quantity", { ...coupon, quantity: null }],
  ["quantity 1e400", "#/quantity", JSON.stringify(coupon).replace(":10,", ":1e400,")],
  ["quantity beyond doubles", "#/quantity", JSON.stringify(coupon).replace(":10,", ":9007199254740993,")],
  ["an unknown discount", "#/discount/type", withDiscount({ type: "gift", value: 1 })],
  ["a discount of nothing", "#/discount", withDiscount(undefined)],
  ["a discount as text", "#/discount", withDiscount("10%")],
  ["percent 0", "#/discount/value", withDiscount({ type: "percent", value: 0 })],
  ["percent 101", "#/discount/value", withDiscount({ type: "percent", value: 101 })],
  ["fixed 0", "#/discount/value", withDiscount({ type: "fixed", value: 0 })],
  ["fixed 10⁹ + 1", "#/discount/value", withDiscount({ type: "fixed", value: 1_000_000_001 })],
  ["a field too many in the discount", "#/discount/of", withDiscount({ type: "fixed", value: 1, of: "all" })],
  ["a day that is not", "#/opensAt", { ...coupon, opensAt: "2026-02-30T00:00:00Z" }],
  ["a time without a zone", "#/opensAt", { ...coupon, opensAt: "2026-02-03T00:00:00" }],
  ["a time as a number", "#/closesAt", { ...coupon, closesAt: 1_800_000_000_000 }],
  ["no window", "#/closesAt", { ...coupon, opensAt: "2026-11-21T03:00:00Z", closesAt: "2026-11-21T03:00:00Z" }],
  ["an empty id", "#/couponId", { ...coupon, couponId: "" }],
  ["65 characters of id", "#/couponId", { ...coupon, couponId: "x".repeat(65) }],
  ["an id with a slash", "#/couponId", { ...coupon, couponId: "a/b" }],
  ["an id with a line feed at its end", "#/couponId", { ...coupon, couponId: "a\n" }],
  ["an unknown field", "#/price", { ...coupon, price: 1 }],
  ["a field that a pointer escapes", "#/a~1b~0", { ...coupon, "a/b~": 1 }],
  ["__proto__", "#/__proto__", JSON.stringify(coupon).replace("{", '{"__proto__":{"quantity":1},')],
  ["constructor", "#/constructor", { ...coupon, constructor: { prototype: {} } }],
];

describe("a body of POST /coupons", () => {
  it("is refused, with the place named, wherever it is wrong", async () => {
    const app = await startHttpApp();
    for (const [what, pointer, body] of bodies) {
      const answered = await app.ask("POST", "/api/v1/coupons", { body });
      expect({ what, faults: faultsOf(answered) }).toEqual({ what, faults: [pointer] });
    }
    const { body } = await app.ask("GET", "/api/v1/coupons");
    expect(body.items).toEqual([]);
    expect(({} as Record<string, unknown>).quantity).toBeUndefined();
  });

  it("is accepted at its bounds (control)", async () => {
    const app = await startHttpApp();
    const bounds = [
      { ...coupon, name: "😀".repeat(200), quantity: 10_000_000, couponId: "x".repeat(64) },
      { ...coupon, name: "x", quantity: 1, discount: { type: "fixed", value: 1_000_000_000 } },
      withDiscount({ type: "percent", value: 100 }),
    ];
    for (const body of bounds) expect((await app.ask("POST", "/api/v1/coupons", { body })).status).toBe(201);
  });

  it("is refused by kind and by size before it is read", async () => {
    const app = await startHttpApp();
    const body = JSON.stringify(coupon);
    for (const headers of [
      { "content-type": "text/plain" },
      { "content-type": "application/x-www-form-urlencoded" },
      { "content-type": "application/json; charset=utf-16" },
      { "content-encoding": "gzip" },
    ])
      expectProblem(await app.ask("POST", "/api/v1/coupons", { body, headers }), "unsupported-media-type");
    const large = JSON.stringify({ ...coupon, name: "x".repeat(20_000) });
    expectProblem(await app.ask("POST", "/api/v1/coupons", { body: large }), "payload-too-large");
    expect((await app.ask("GET", "/api/v1/coupons")).status).toBe(200);
  });

  it("is refused when chunks add up to too much", async () => {
    const app = await startHttpApp();
    const chunk = `4000\r\n${" ".repeat(0x4000)}\r\n`;
    const head = "POST /api/v1/coupons HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n";
    const answered = await app.raw(`${head}Transfer-Encoding: chunked\r\n\r\n${chunk}${chunk}0\r\n\r\n`);
    expectProblem(answered, "payload-too-large");
    expect((await app.ask("GET", "/api/v1/coupons")).status).toBe(200);
  });

  it("is refused where it is no UTF-8", async () => {
    const app = await startHttpApp();
    const response = await fetch(`${app.url}/api/v1/coupons`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: Buffer.from('{"name":"\xff\xfe"}', "latin1"),
    });
    expect(await response.json()).toMatchObject({ status: 400, errors: [{ pointer: "#" }] });
  });

  it("is none of a claim's business", async () => {
    const app = await startHttpApp();
    const couponId = await openCoupon(app);
    const claim = (body: unknown) => app.ask("POST", `/api/v1/coupons/${couponId}/claims`, { as: "kim", body });
    expect(faultsOf(await claim({ position: 1 }))).toEqual(["#/position"]);
    expect(faultsOf(await claim([]))).toEqual(["#"]);
    expect((await claim({})).status).toBe(202);
  });
});
