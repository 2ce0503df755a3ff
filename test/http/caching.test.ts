import { describe, expect, it } from "vitest";
import { expectProblem } from "../support/expect-problem.js";
import { createCoupon, sharedHttpApp, startHttpApp } from "../support/http-app.js";
import { reportUnits } from "./board-fixture.js";
import { addProduct } from "./order-fixture.js";
import { addSchedule, paidSeat } from "./seat-fixture.js";

const app = await sharedHttpApp();

/** Every route, with ids in its path. */
const routes = app.server.tables.flatMap(({ prefix, routes }) =>
  routes.map(({ method, path, access }) => {
    const url = (prefix + path).replace(":code", "internal").replaceAll(/:\w+/g, "an-id");
    return { method, url, access, name: `${method} ${url}` };
  }),
);

const probes = ["/livez", "/readyz", "/metrics"];
/** What the response to a route's request must say about caches. */
const expectedCaching = (url: string, access: string, status: number, isStream: boolean): string => {
  if (isStream) return "no-cache, no-transform";
  return access === "public" && status === 200 && !probes.includes(url) ? "no-cache" : "no-store";
};

describe("Cache-Control", () => {
  it.each(routes)("of $name allows no cache to store what is not public", async ({ method, url, access }) => {
    for (const headers of [{ "x-user-id": "kim" }, {}]) {
      const response = await fetch(app.url + url, { method, headers });
      await response.body?.cancel();
      const isStream = response.headers.get("content-type") === "text/event-stream";
      const expected = expectedCaching(url, access, response.status, isStream);
      expect([response.status, response.headers.get("cache-control")]).toEqual([response.status, expected]);
      expect(response.headers.has("etag")).toBe(expected === "no-cache");
    }
  });

  it("is no-store for unknown paths, wrong methods, preflights and bytes that are not HTTP", async () => {
    for (const [method, path] of [
      ["GET", "/unknown"],
      ["PUT", "/api/v1/coupons"],
      ["OPTIONS", "/api/v1/coupons"],
    ] as const) {
      const { headers } = await fetch(app.url + path, { method });
      expect(headers.get("cache-control")).toBe("no-store");
    }
    expect((await app.sendBytes("nonsense\r\n\r\n")).headers.get("cache-control")).toBe("no-store");
  });

  it("of an accepted claim is no-store, also on the busiest routes", async () => {
    const couponId = await createCoupon(app);
    const { headers, body } = await app.as("kim").post(`/api/v1/coupons/${couponId}/claims`).expect(202);
    expect(headers["cache-control"]).toBe("no-store");
    expect((await app.as("kim").get(body.links.self).expect(200)).headers["cache-control"]).toBe("no-store");
  });
});

describe("a public resource", () => {
  it("is 304 until it changes", async () => {
    const scheduleId = await addSchedule(app);
    const url = `/api/v1/schedules/${scheduleId}/seats`;
    const first = await app.client.get(url).expect(200);
    const etag = String(first.headers.etag);
    for (const known of [etag, `W/${etag}`, `"other", ${etag}`, "*"]) {
      const { headers, text } = await app.client.get(url).set("If-None-Match", known).expect(304);
      expect([headers.etag, headers["cache-control"], text]).toEqual([etag, "no-cache", ""]);
    }
    expect((await app.client.head(url).expect(200)).headers.etag).toBe(etag);
    await app.client.head(url).set("If-None-Match", etag).expect(304);
    await paidSeat(app, scheduleId, 1, "kim");
    const changed = await app.client.get(url).set("If-None-Match", etag).expect(200);
    expect(changed.headers.etag).not.toBe(etag);
  });

  it("that is not found is no-store, also for a client that has a version", async () => {
    const response = await app.client.get("/api/v1/coupons/none").set("If-None-Match", "*");
    expectProblem(response, "coupon-not-found");
    expect(response.headers["cache-control"]).toBe("no-store");
  });

  it("has an ETag per representation", async () => {
    const tagOf = async (accept: string) => {
      const { headers } = await app.client.get("/problems/internal").set("Accept", accept).expect(200);
      expect(headers.vary).toBe("Accept");
      return headers.etag;
    };
    expect(await tagOf("text/html")).not.toBe(await tagOf("application/json"));
  });
});

describe("a board", () => {
  it("is 304 while only the time of its read has changed", async () => {
    const shop = await startHttpApp();
    await addProduct(shop, { productId: "a" });
    const read = (etag = "") => shop.client.get("/api/v1/rankings/products").set("If-None-Match", etag);
    const etag = String((await read().expect(200)).headers.etag);
    shop.advance(1000);
    await read(etag).expect(304);
    await reportUnits(shop, { a: 1 });
    await shop.application.bookSales.bookUnbooked();
    shop.advance(60_000);
    expect((await read(etag).expect(200)).body.items).toHaveLength(1);
  });
});
