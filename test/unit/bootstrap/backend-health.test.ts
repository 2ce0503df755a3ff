import { channel } from "node:diagnostics_channel";
import { pino } from "pino";
import { describe, expect, it, onTestFinished } from "vitest";
import { BackendHealth } from "../../../src/bootstrap/backend-health.js";
import type { BackendCheck } from "../../../src/bootstrap/backends.js";
import { FailureWindow } from "../../../src/bootstrap/failure-window.js";
import { readinessOf } from "../../../src/bootstrap/readiness.js";
import type { BackendFault } from "../../../src/domain/backend-fault.js";
import { backendUnavailable } from "../../../src/domain/problem.js";

const uses = channel("rushboard:backend");
const unavailable = (fault: BackendFault, cause: unknown = new Error("refused")) =>
  backendUnavailable("database", fault, cause);
const working = async () => {};

/** A node with these backends. `lines` are the lines of its log. */
const nodeWith = (...checks: readonly BackendCheck[]) => {
  const lines: Record<string, unknown>[] = [];
  const log = pino({ level: "warn" }, { write: (line: string) => void lines.push(JSON.parse(line)) });
  const health = new BackendHealth(checks, log);
  health.start();
  onTestFinished(() => health.stop());
  const ready = readinessOf(
    () => health.current(),
    () => [],
    () => [],
  );
  const readiness = async () => {
    const { status, checks } = await ready();
    return { status, checks };
  };
  return { health, readiness, lines };
};

describe("the readiness", () => {
  it("is ready while every probe succeeds", async () => {
    const { readiness } = nodeWith({ name: "database", ping: working, probeWrites: working });
    expect(await readiness()).toEqual({ status: "ready", checks: { database: "ok", consumers: "ok" } });
  });

  it("is unavailable with the reason if the database cannot be read, and degraded if another backend cannot", async () => {
    const failing = (fault: BackendFault) => () => Promise.reject(unavailable(fault));
    const database = nodeWith({ name: "database", ping: failing("login-refused"), probeWrites: working });
    expect(await database.readiness()).toMatchObject({
      status: "unavailable",
      checks: { database: "refuses the login of the service" },
    });
    const redis = nodeWith({ name: "database", ping: working }, { name: "redis", ping: failing("unreachable") });
    expect(await redis.readiness()).toMatchObject({ status: "degraded", checks: { redis: "cannot be reached" } });
  });

  // Proves: A2
  it("is degraded while a probe of writes fails, and ready after it succeeds", async () => {
    let isReadOnly = true;
    const probeWrites = async () => {
      if (isReadOnly) throw unavailable("read-only");
    };
    const { readiness } = nodeWith({ name: "database", ping: working, probeWrites });
    const degraded = { status: "degraded", checks: { database: "is read-only (writes)" } };
    expect(await readiness()).toMatchObject(degraded);
    isReadOnly = false;
    await expect.poll(readiness, { timeout: 5000 }).toMatchObject({ status: "ready" });
  });

  // Negative control: A2
  it("is ready although writes fail if only a ping is sent", async () => {
    const { readiness } = nodeWith({ name: "database", ping: working });
    expect(await readiness()).toMatchObject({ status: "ready" });
  });

  it("is degraded while requests fail although every probe succeeds", async () => {
    const { readiness } = nodeWith({ name: "database", ping: working, probeWrites: working });
    uses.publish({ backend: "database", kind: "writes", error: unavailable("disk-full") });
    expect(await readiness()).toMatchObject({
      status: "degraded",
      checks: { database: "cannot write because its disk is full (writes)" },
    });
    await expect.poll(readiness, { timeout: 5000 }).toMatchObject({ status: "ready" });
  });

  it("logs an unknown code of a backend once a minute", async () => {
    const { lines } = nodeWith({ name: "database", ping: working });
    for (const errno of [4999, 4999, 5000])
      uses.publish({ backend: "database", kind: "writes", error: unavailable("unknown", { errno, message: "new" }) });
    expect(lines).toMatchObject([
      { level: 40, msg: "unknown backend error", backend: "database", backendCode: "4999" },
      { backendCode: "5000" },
    ]);
  });
});

describe("FailureWindow", () => {
  /** Returns the fault after one use every 100 ms. */
  const faultAfter = (...results: readonly (BackendFault | undefined)[]) => {
    const window = new FailureWindow();
    results.forEach((fault, n) => {
      window.add(fault, n * 100);
    });
    return window.current(results.length * 100);
  };
  const times = (n: number) => Array.from({ length: n }, () => undefined);

  it("reports a fault of the whole backend from the first failure", () => {
    expect(faultAfter(...times(20), "read-only", ...times(20))).toBe("read-only");
  });

  it("ignores one lost connection, a slow request and a lock", () => {
    expect(faultAfter("unreachable", ...times(5))).toBeUndefined();
    expect(faultAfter("slow", "slow", "busy", "busy")).toBeUndefined();
    expect(faultAfter(...times(28), "unreachable", "unreachable")).toBeUndefined();
  });

  it("reports an unreachable backend if a tenth of the uses fails", () => {
    expect(faultAfter(...times(10), "unreachable", "unreachable")).toBe("unreachable");
  });

  it("stays failing while some uses fail, and ends three seconds after the last failure", () => {
    const window = new FailureWindow();
    window.add("read-only", 0);
    window.add(undefined, 2000);
    window.add("read-only", 2400);
    expect(window.current(4900)).toBe("read-only");
    window.add(undefined, 5000);
    expect(window.current(5500)).toBeUndefined();
  });
});
