import { Writable } from "node:stream";
import { describe, expect, it } from "vitest";
import { DomainError, type Problem } from "../../src/domain/problem.js";
import { couponId } from "../support/coupon-data.js";
import { expectProblem } from "../support/expect-problem.js";
import { startHttpApp } from "../support/http-app.js";

/** Collects the log lines of level `error`. */
const errorLog = () => {
  const lines: string[] = [];
  const logTo = new Writable({ write: (chunk, _encoding, done) => done(void lines.push(String(chunk))) });
  return { logTo, errors: () => lines.map((line) => JSON.parse(line)).filter(({ level }) => level === 50) };
};

describe("an unexpected error", () => {
  it("is 500 without any of its text, and is logged completely with the request id", async () => {
    const secret = "password=hunter2";
    const list = () => {
      throw new TypeError(secret);
    };
    const { logTo, errors } = errorLog();
    const app = await startHttpApp({ instead: { coupons: { list } as never }, logTo });
    const response = await app.client.get("/api/v1/coupons");
    expectProblem(response, "internal");
    expect(response.text).not.toMatch(/hunter2|TypeError|\.[jt]s\b/);
    expect(errors()).toMatchObject([{ requestId: response.body.requestId, err: { message: secret } }]);
    await app.client.get("/livez").expect(200);
  });

  it("of the domain's own rules hides its facts too", async () => {
    const problem = { code: "impossible-transition", from: "confirmed", step: "reserve-twice" } as const;
    const cancelOrder = { execute: () => Promise.reject(new DomainError(problem)) } as never;
    const { logTo, errors } = errorLog();
    const app = await startHttpApp({ instead: { cancelOrder }, logTo });
    const response = await app.as("kim").post("/api/v1/orders/o1/cancellation");
    expectProblem(response, "impossible-transition");
    expect(response.body).not.toHaveProperty("from");
    expect(response.text).not.toContain("reserve-twice");
    expect(errors()).toMatchObject([{ requestId: response.body.requestId, err: { problem } }]);
  });
});

describe("a temporary failure", () => {
  const problems: readonly Problem[] = [
    { code: "claim-not-accepted", couponId: couponId("c1") },
    { code: "engine-unavailable", engine: "redis" },
  ];
  it.each(problems)("is 503 with Retry-After and without its cause: $code", async (problem) => {
    const claimCoupon = { execute: () => Promise.reject(new DomainError(problem, new Error("secret"))) } as never;
    const app = await startHttpApp({ instead: { claimCoupon } });
    const response = await app.as("kim").post("/api/v1/coupons/c1/claims");
    expectProblem(response, problem.code);
    expect(Number(response.headers["retry-after"])).toBeGreaterThan(0);
    expect(response.text).not.toContain("secret");
  });
});
