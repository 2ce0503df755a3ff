import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { engines } from "../support/backends.js";
import type { Engine } from "../support/engines/engine.js";
import { type KafkaEngine, startKafka } from "../support/engines/kafka.js";
import { type MariaDbEngine, startMariaDb } from "../support/engines/mariadb.js";
import { type RedisEngine, startRedis } from "../support/engines/redis.js";
import { type Node, onEngines, startNode } from "../support/node.js";
import { expectPromisesUnder } from "../support/rush.js";

/** How long an engine is away: longer than any request waits, and than a sweep or two. */
const awayMs = 6000;
/** A request ends within two seconds; the rest is for a machine that is busy with a rush and more. */
const answerMs = 60_000;

const claim = (node: Node, couponId: string) =>
  fetch(new URL(`/api/v1/coupons/${couponId}/claims`, node.url), {
    method: "POST",
    headers: { "X-User-Id": `shopper-${randomUUID()}` },
    signal: AbortSignal.timeout(answerMs),
  });

const openCoupon = async (node: Node) => {
  const couponId = randomUUID();
  const facts = { couponId, name: "Probe", quantity: 1000, discount: { type: "fixed", value: 1 } };
  expect(await node.client.call("POST", "/api/v1/coupons", "operator", facts)).toMatchObject({ status: 201 });
  return couponId;
};

const auditOf = async (node: Node, couponId: string) =>
  (await node.client.call("GET", `/api/v1/coupons/${couponId}/audit`, "operator")).body;

const readiness = async (node: Node) => {
  const answer = await fetch(new URL("/readyz", node.url), { signal: AbortSignal.timeout(answerMs) });
  return { status: answer.status, body: (await answer.json()) as { status: string; checks: Record<string, string> } };
};

const departures = [
  { how: "stopped", leave: (engine: Engine) => engine.stop(), comeBack: (engine: Engine) => engine.restart() },
  {
    how: "frozen",
    leave: async (engine: Engine) => engine.freeze(),
    comeBack: async (engine: Engine) => engine.resume(),
  },
];

describe.skipIf(!engines.database || !engines.redis || !engines.kafka)("an engine away", () => {
  let database: MariaDbEngine;
  let redis: RedisEngine;
  let kafka: KafkaEngine;
  beforeAll(async () => {
    [database, redis, kafka] = await Promise.all([startMariaDb(), startRedis(), startKafka()]);
  });
  afterAll(() => Promise.all([database, redis, kafka].map((engine) => engine.stop())));

  const settings = () => onEngines(database.url, redis.url, kafka.brokers);
  const checks = { database: "ok", redis: "ok", kafka: "ok", consumers: "ok" };
  const whole = { status: 200, body: { status: "ready", checks } };
  const readyAgain = (node: Node) => expect.poll(() => readiness(node)).toMatchObject(whole);

  /** A drop in whose middle the engine goes away for some seconds; shoppers of another one meet `status` meanwhile. */
  const dropWithout = async (engine: Engine, { leave, comeBack }: (typeof departures)[number], status: number) => {
    const node = await startNode(await settings());
    const probe = await openCoupon(node);
    const strike = async () => {
      await leave(engine);
      try {
        // In turn, so that it is met at once, and when everybody has got used to it.
        for (const until = Date.now() + awayMs; Date.now() < until; await sleep(250)) {
          const answer = await claim(node, probe);
          expect(answer.status).toBe(status);
          expect(answer.headers.has("Retry-After")).toBe(true);
          await answer.body?.cancel();
        }
      } finally {
        await comeBack(engine);
      }
    };
    const drop = { shoppers: 1500, coupons: 800, couponId: randomUUID() };
    await expectPromisesUnder(node.client, drop, [{ after: 50, strike }]);
    await readyAgain(node);
    // Whoever was told to come back later has kept the place, and the sweeper sees to it.
    await expect.poll(() => auditOf(node, probe)).toMatchObject({ balanced: true });
  };

  describe.each(departures)("$how", (departure) => {
    // Proves: C3
    it("Kafka: claims are accepted all the same", () => dropWithout(kafka, departure, 202));
    it("the database: 503, and nothing is lost", () => dropWithout(database, departure, 503));
    it("Redis: 503, and nothing is lost", () => dropWithout(redis, departure, 503));
  });

  it.each([
    { name: "database", engine: () => database, seen: { status: 503, body: { status: "unavailable" } } },
    { name: "redis", engine: () => redis, seen: { status: 200, body: { status: "degraded" } } },
    { name: "kafka", engine: () => kafka, seen: { status: 200, body: { status: "degraded" } } },
  ])("at the start, $name: the service waits for it", async ({ name, engine, seen }) => {
    const prepared = await settings();
    await engine().stop();
    const node = await startNode(prepared);
    const { status, body } = await readiness(node);
    expect({ status, body }).toMatchObject(seen);
    expect(body.checks[name]).toBe("cannot be reached");
    await engine().restart();
    await readyAgain(node);
    await expectPromisesUnder(node.client, { shoppers: 50, coupons: 20, couponId: `start-${randomUUID()}` }, []);
  });
});
