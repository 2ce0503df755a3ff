import { once } from "node:events";
import { connect } from "node:net";
import { describe, expect, it } from "vitest";
import { expectProblem } from "../support/expect-problem.js";
import { type HttpApp, startHttpApp } from "../support/http-app.js";

const noPage = { items: [], next: null };

/** A list of coupons that resolves when the test calls `finish`; `started` resolves when a request reads it. */
const slowCoupons = () => {
  let [markStarted, finish] = [() => {}, () => {}];
  const started = new Promise<void>((resolve) => {
    markStarted = resolve;
  });
  const finished = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const list = async () => {
    markStarted();
    await finished;
    return noPage;
  };
  return { coupons: { list } as never, started, finish };
};

const socketTo = (app: HttpApp) => connect(Number(new URL(app.url).port), "127.0.0.1");
/** Much longer than a test may take, ms. */
const long = 600_000;

describe("a request at its deadline", () => {
  it("gets 503, and its late result is dropped", async () => {
    const { coupons, finish } = slowCoupons();
    const app = await startHttpApp({ deadlineMs: 20, instead: { coupons } });
    const late = await app.client.get("/api/v1/coupons");
    expectProblem(late, "deadline-exceeded");
    expect(late.headers["retry-after"]).toBe("2");
    finish();
    await app.client.get("/livez").expect(200);
  });

  it("gets 408 while its body is incomplete, and has no effect when the rest arrives", async () => {
    const app = await startHttpApp({ deadlineMs: 20 });
    const body = JSON.stringify({ name: "Cup", unitPrice: 1, stock: 1 });
    const socket = socketTo(app).setEncoding("utf8");
    socket.write("POST /api/v1/products HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n");
    socket.write(`Content-Length: ${body.length}\r\n\r\n${body.slice(0, 9)}`);
    const [response] = (await once(socket, "data")) as [string];
    expect(response).toMatch(/^HTTP\/1.1 408 [\s\S]*\r\nConnection: close\r\n[\s\S]*"code":"request-timeout"/);
    socket.end(body.slice(9));
    await once(socket, "close");
    expect((await app.client.get("/api/v1/products")).body.items).toEqual([]);
  });
});

describe("a stopping server", () => {
  it("reports that it is stopping while a request is in flight, and finishes that request", async () => {
    const { coupons, started, finish } = slowCoupons();
    const app = await startHttpApp({ instead: { coupons } });
    const slow = app.ask("GET", "/api/v1/coupons");
    await started;
    const stopped = app.server.stop(long);
    const { body, headers } = await app.client.get("/readyz").expect(503);
    expect([body.checks.process, headers.connection]).toEqual(["stopping", "close"]);
    finish();
    expect((await slow).status).toBe(200);
    await stopped;
    await expect(app.ask("GET", "/readyz")).rejects.toThrow();
  });

  it("waits for no connection that never sent a request", async () => {
    const app = await startHttpApp();
    const silent = socketTo(app);
    await once(silent, "connect");
    const closed = once(silent, "close");
    await app.client.get("/livez").expect(200);
    await app.server.stop(long);
    await closed;
  });

  it("closes every connection at the deadline of the stop", async () => {
    const { coupons, started } = slowCoupons();
    const app = await startHttpApp({ deadlineMs: long, instead: { coupons } });
    const aborted = expect(app.ask("GET", "/api/v1/coupons")).rejects.toThrow();
    await started;
    await app.server.stop(10);
    await aborted;
  });
});
