import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type KafkaServer, startKafka } from "../support/backend-servers/kafka.js";
import { type MariaDbServer, startMariaDb } from "../support/backend-servers/mariadb.js";
import { type RedisServer, startRedis } from "../support/backend-servers/redis.js";
import type { ServerProcess } from "../support/backend-servers/server-process.js";
import { backendUrls } from "../support/backends.js";
import { expectDropSurvives } from "../support/drop-with-faults.js";
import { type Node, settingsOnBackends, startNode } from "../support/node.js";

/** How long a backend is unavailable: longer than any request timeout and than two sweeps. */
const outageMs = 6000;
/** A request ends within two seconds. The rest is for a busy machine. */
const responseTimeoutMs = 60_000;

const claim = (node: Node, couponId: string) =>
  fetch(new URL(`/api/v1/coupons/${couponId}/claims`, node.url), {
    method: "POST",
    headers: { "X-User-Id": `shopper-${randomUUID()}` },
    signal: AbortSignal.timeout(responseTimeoutMs),
  });

const createCoupon = async (node: Node) => {
  const couponId = randomUUID();
  const coupon = { couponId, name: "Probe", quantity: 1000, discount: { type: "fixed", value: 1 } };
  expect(await node.client.call("POST", "/api/v1/coupons", "operator", coupon)).toMatchObject({ status: 201 });
  return couponId;
};

const auditOf = async (node: Node, couponId: string) =>
  (await node.client.call("GET", `/api/v1/coupons/${couponId}/audit`, "operator")).body;

const readiness = async (node: Node) => {
  const response = await fetch(new URL("/readyz", node.url), { signal: AbortSignal.timeout(responseTimeoutMs) });
  const body = (await response.json()) as { status: string; checks: Record<string, string> };
  return { status: response.status, body };
};

const outages = [
  {
    how: "is stopped",
    begin: (server: ServerProcess) => server.stop(),
    end: (server: ServerProcess) => server.restart(),
  },
  {
    how: "hangs",
    begin: async (server: ServerProcess) => server.freeze(),
    end: async (server: ServerProcess) => server.resume(),
  },
];

describe.skipIf(!backendUrls.database || !backendUrls.redis || !backendUrls.kafka)("an unavailable backend", () => {
  let database: MariaDbServer;
  let redis: RedisServer;
  let kafka: KafkaServer;
  beforeAll(async () => {
    [database, redis, kafka] = await Promise.all([startMariaDb(), startRedis(), startKafka()]);
  });
  afterAll(() => Promise.all([database, redis, kafka].map((server) => server.stop())));

  const createSettings = () => settingsOnBackends(database.url, redis.url, kafka.brokers);
  const checks = { database: "ok", redis: "ok", kafka: "ok", consumers: "ok" };
  const ready = { status: 200, body: { status: "ready", checks } };
  const expectReady = (node: Node) => expect.poll(() => readiness(node)).toMatchObject(ready);

  /** Runs a drop with an outage in its middle. During the outage claims of another coupon get `status`. */
  const dropDuringOutage = async (server: ServerProcess, { begin, end }: (typeof outages)[number], status: number) => {
    const node = await startNode(await createSettings());
    const probe = await createCoupon(node);
    const inject = async () => {
      await begin(server);
      try {
        // Claims one after another, to see the first response of the outage and the later ones.
        for (const until = Date.now() + outageMs; Date.now() < until; await sleep(250)) {
          const response = await claim(node, probe);
          expect(response.status).toBe(status);
          expect(response.headers.has("Retry-After")).toBe(true);
          await response.body?.cancel();
        }
      } finally {
        await end(server);
      }
    };
    const drop = { shoppers: 400, coupons: 200, couponId: randomUUID() };
    await expectDropSurvives(node.client, drop, [{ after: 50, inject }]);
    await expectReady(node);
    // The sweeper completes the claims whose shoppers got 503 and did not retry.
    await expect.poll(() => auditOf(node, probe)).toMatchObject({ balanced: true });
  };

  describe.each(outages)("that $how", (outage) => {
    // Proves: C3
    it("Kafka: claims are accepted", () => dropDuringOutage(kafka, outage, 202));
    it("database: claims get 503, and nothing is lost", () => dropDuringOutage(database, outage, 503));
    it("Redis: claims get 503, and nothing is lost", () => dropDuringOutage(redis, outage, 503));
  });

  it.each([
    { name: "database", server: () => database, expected: { status: 503, body: { status: "unavailable" } } },
    { name: "redis", server: () => redis, expected: { status: 200, body: { status: "degraded" } } },
    { name: "kafka", server: () => kafka, expected: { status: 200, body: { status: "degraded" } } },
  ])("does not stop a start, and the service is ready once $name is available", async ({ name, server, expected }) => {
    const settings = await createSettings();
    await server().stop();
    const node = await startNode(settings);
    const { status, body } = await readiness(node);
    expect({ status, body }).toMatchObject(expected);
    expect(body.checks[name]).toBe("cannot be reached");
    await server().restart();
    await expectReady(node);
    await expectDropSurvives(node.client, { shoppers: 50, coupons: 20, couponId: `start-${randomUUID()}` }, []);
  });
});
