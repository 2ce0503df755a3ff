import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import Libsql from "libsql";
import { describe, expect, it, onTestFinished } from "vitest";
import { longestBlockMs, readLoopDelay, recordLoopDelay, startIdleControl } from "../support/loop-delay.js";
import { dataFolder, type Node, startNode } from "../support/node.js";

const settingsIn = (DATA_DIR: string) => ({ DATA_DIR, CLAIM_SWEEP_SECONDS: "1", RATE_LIMIT_PER_SHOPPER: "0" });

const openProgram = (folder: string) => {
  const program = new Libsql(join(folder, "rushboard.sqlite"));
  onTestFinished(() => void program.close());
  program.pragma("busy_timeout = 0");
  return program;
};

const request = (node: Node, method: string, path: string, body?: unknown) =>
  fetch(new URL(path, node.url), {
    method,
    headers: { "X-User-Id": `shopper-${randomUUID()}`, "content-type": "application/json" },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });

const createCoupon = (node: Node) =>
  request(node, "POST", "/api/v1/coupons", {
    ...{ couponId: "a", name: "A", quantity: 1000, discount: { type: "fixed", value: 1 } },
  });
const claim = (node: Node) => request(node, "POST", "/api/v1/coupons/a/claims");
const statusOf = async (node: Node, path: string) => (await request(node, "GET", path)).status;
const readiness = async (node: Node) =>
  ((await (await request(node, "GET", "/readyz")).json()) as { status: string }).status;
const audit = async (node: Node) => (await request(node, "GET", "/api/v1/coupons/a/audit")).json();

/** Expects that reads are answered and writes get 503. */
const expectReadsOnly = async (node: Node) => {
  const rejected = await Promise.all([claim(node), claim(node), createCoupon(node)]);
  expect(rejected.map(({ status }) => status)).toEqual([503, 503, 503]);
  expect(rejected.every(({ headers }) => headers.has("retry-after"))).toBe(true);
  for (const path of ["/livez", "/metrics", "/api/v1/coupons/a", "/api/v1/coupons"])
    expect(await statusOf(node, path)).toBe(200);
  await expect.poll(() => readiness(node)).toBe("degraded");
};

describe("an SQLite file that is locked", () => {
  // Proves: A5
  it("by another program: reads continue, writes get 503 until it is unlocked, and the event loop runs", async () => {
    const folder = await dataFolder();
    const node = await startNode(settingsIn(folder));
    expect((await createCoupon(node)).status).toBe(201);
    await readLoopDelay(node.url);
    const control = startIdleControl();
    const program = openProgram(folder);
    program.exec("BEGIN IMMEDIATE");
    await expectReadsOnly(node);
    const delayMs = (await readLoopDelay(node.url)) ?? Number.POSITIVE_INFINITY;
    recordLoopDelay(delayMs);
    if (control.wasIdle()) expect(delayMs).toBeLessThan(longestBlockMs);
    program.exec("ROLLBACK");
    await expect.poll(async () => (await claim(node)).status).toBe(202);
    await expect.poll(() => readiness(node)).toBe("ready");
    await expect.poll(() => audit(node)).toMatchObject({ balanced: true });
  });

  it("by a stopped process: a successor starts, serves reads, and takes over when the process is killed", async () => {
    const folder = await dataFolder();
    const stopped = await startNode(settingsIn(folder));
    await createCoupon(stopped);
    const program = openProgram(folder);
    const isLocked = () => {
      try {
        program.exec("BEGIN IMMEDIATE");
        program.exec("ROLLBACK");
        return false;
      } catch {
        return true;
      }
    };
    // Stops the process again and again until it is stopped within a transaction.
    let isDone = false;
    const load = Array.from({ length: 8 }, async () => {
      while (!isDone) await claim(stopped).catch(() => {});
    });
    for (;;) {
      process.kill(stopped.pid, "SIGSTOP");
      await sleep(5);
      if (isLocked()) break;
      process.kill(stopped.pid, "SIGCONT");
      await sleep(Math.random() * 10);
    }
    isDone = true;
    const successor = await startNode(settingsIn(folder));
    await expectReadsOnly(successor);
    process.kill(stopped.pid, "SIGKILL");
    await Promise.all(load);
    await expect.poll(async () => (await claim(successor)).status).toBe(202);
    await expect.poll(() => readiness(successor)).toBe("ready");
    await expect.poll(() => audit(successor)).toMatchObject({ balanced: true });
  });
});
