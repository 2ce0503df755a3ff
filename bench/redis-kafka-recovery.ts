/*
 * Measures how long requests fail, or results are late, after the end of each incident of Redis and Kafka:
 *
 *   npm run recovery:redis-kafka [runs] [part of the names of incidents]
 *
 * It starts its own servers, and a service of one process.
 */
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { Kafka, logLevel } from "kafkajs";
import { startKafka } from "../test/support/backend-servers/kafka.js";
import { startMariaDb } from "../test/support/backend-servers/mariadb.js";
import { startRedisCluster } from "../test/support/backend-servers/redis.js";
import { startRedisPair } from "../test/support/redis-pair.js";
import { migrated } from "./migrated-database.js";
import { recoveryTimes } from "./recovery-times.js";
import { Client } from "./rehearsal/client.js";
import { startService } from "./rehearsal/service.js";

/** How long a fault lasts before it ends, and the pause between two runs, ms. */
const faultMs = 3000;
const runs = Number(process.argv[2] ?? 10);
const chosen = process.argv[3] ?? "";
/** Claims are not settled by the sweeper, so that a result shows that the bus works. */
const settings = { RATE_LIMIT_PER_SHOPPER: "0", CLAIM_SWEEP_SECONDS: "600", LOG_LEVEL: "fatal" };

/** Causes a fault and ends it. Returns when it ended, `performance.now()`. */
type Incident = () => Promise<number>;

/** A service with twelve open coupons. */
const openShop = async (given: Readonly<Record<string, string>>) => {
  const service = await startService({ ...settings, ...given });
  const client = new Client(service.url, undefined);
  const coupons = Array.from({ length: 12 }, () => randomUUID());
  for (const couponId of coupons) {
    const body = { couponId, name: "Recovery", quantity: 1_000_000, discount: { type: "fixed", value: 1 } };
    await client.call("POST", "/api/v1/coupons", "operator", body);
  }
  const claim = (couponId: string, shopper: string) =>
    client.call("POST", `/api/v1/coupons/${couponId}/claims`, shopper).catch(() => undefined);

  /** Resolves after ten rounds in which every coupon accepted a claim; returns the end of the last other round, or 0. */
  const untilAccepted = async (): Promise<number> => {
    let failedAt = 0;
    for (let accepted = 0; accepted < 10; await sleep(20)) {
      const replies = await Promise.all(coupons.map((couponId) => claim(couponId, randomUUID())));
      accepted += 1;
      if (replies.every((reply) => reply?.status === 202)) continue;
      accepted = 0;
      failedAt = performance.now();
    }
    return failedAt;
  };
  /** Resolves when a claim gets its result within a second; returns when it was made. */
  const untilSettled = async (): Promise<number> => {
    for (const couponId = coupons[0] ?? ""; ; ) {
      const [at, shopper] = [performance.now(), randomUUID()];
      const taskId = String((await claim(couponId, shopper))?.body.taskId);
      for (const until = at + 1000; performance.now() < until; await sleep(20)) {
        const task = await client.call("GET", `/api/v1/tasks/${taskId}`, shopper).catch(() => undefined);
        if (task?.body.status === "succeeded") return at;
      }
    }
  };
  const close = async () => {
    client.close();
    await service.kill();
  };
  return { untilAccepted, untilSettled, close };
};

const measure = async (name: string, incident: Incident, recovered: () => Promise<number>): Promise<void> => {
  if (!name.includes(chosen)) return;
  const times: number[] = [];
  for (let run = 0; run < runs; run += 1) {
    const endedAt = await incident();
    times.push(Math.max(0, (await recovered()) - endedAt));
    await sleep(faultMs);
  }
  console.log(`${name}: ${recoveryTimes(times)} (${runs} runs)`);
};

const killed = async (server: { kill(): Promise<void>; restart(): Promise<void> } | undefined): Promise<number> => {
  await server?.kill();
  await sleep(faultMs);
  await server?.restart();
  return performance.now();
};

const [database, pair, cluster, kafka] = await Promise.all([
  startMariaDb(),
  startRedisPair(),
  startRedisCluster(),
  startKafka(),
]);

const single = await openShop({
  ...{
    DATABASE_URL: await migrated(await database.createDatabase("single")),
    REDIS_URL: pair.url,
    KAFKA_BROKERS: kafka.brokers,
  },
});
await single.untilSettled();
const failOver = async () => {
  await pair.failOver();
  return performance.now();
};
await measure("Redis failover", failOver, single.untilAccepted);
await measure("Redis killed and restarted", () => killed(pair.master()), single.untilAccepted);

const admin = new Kafka({ brokers: [kafka.brokers], logLevel: logLevel.NOTHING }).admin();
const topicsDeleted = async () => {
  await admin.connect();
  await admin.deleteTopics({ topics: (await admin.listTopics()).filter((topic) => !topic.startsWith("__")) });
  await admin.disconnect();
  return performance.now();
};
await measure("Kafka topics deleted", topicsDeleted, single.untilSettled);
await measure("Kafka killed and restarted", () => killed(kafka), single.untilSettled);
const dataLost = async () => {
  await kafka.loseData();
  return performance.now();
};
await measure("Kafka lost its data", dataLost, single.untilSettled);
await single.close();

const clustered = await openShop({
  ...{ DATABASE_URL: await migrated(await database.createDatabase("clustered")), REDIS_URL: cluster.urls[0] ?? "" },
});
await measure("Redis Cluster: a node killed and restarted", () => killed(cluster.nodes[1]), clustered.untilAccepted);
await clustered.close();
await Promise.all([pair, cluster, kafka, database].map((server) => server.stop()));
process.exit(0);
