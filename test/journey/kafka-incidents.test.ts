import { randomUUID } from "node:crypto";
import { Kafka, logLevel } from "kafkajs";
import { createConnection, type RowDataPacket } from "mysql2/promise";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type KafkaServer, startKafka } from "../support/backend-servers/kafka.js";
import { backendUrls } from "../support/backends.js";
import { expectDropSurvives } from "../support/drop-with-faults.js";
import { type Node, profiles, type Settings, startNode } from "../support/node.js";

const redisProfile = profiles.find(({ name }) => name === "journal");
const readiness = async ({ url }: Node) => (await fetch(new URL("/readyz", url))).json();

describe.skipIf(!redisProfile?.live || !backendUrls.kafka)("an incident of Kafka", () => {
  let broker: KafkaServer;
  beforeAll(async () => {
    broker = await startKafka();
  });
  afterAll(() => broker?.stop());

  const deleteTopics = async (prefix: string) => {
    const admin = new Kafka({ brokers: [broker.brokers], logLevel: logLevel.NOTHING }).admin();
    await admin.connect();
    await admin.deleteTopics({ topics: (await admin.listTopics()).filter((topic) => topic.startsWith(prefix)) });
    await admin.disconnect();
  };
  /** Counts settled claims, and their entries in the ranking log. */
  const countsIn = async ({ DATABASE_URL = "" }: Settings) => {
    const connection = await createConnection({ uri: DATABASE_URL });
    const count = async (from: string) => {
      const [rows] = await connection.query<RowDataPacket[]>(`SELECT COUNT(*) AS n FROM ${from}`);
      return Number(rows[0]?.n);
    };
    const counts = {
      settled: await count("coupon_claims WHERE settled_at IS NOT NULL"),
      logged: await count("ranking_logs"),
    };
    await connection.end();
    return counts;
  };

  // Proves: A2
  it("is over without a restart: topics deleted, and all data lost during a drop", async () => {
    const prefix = `${randomUUID()}.`;
    const settings = { ...(await redisProfile?.settings()), KAFKA_BROKERS: broker.brokers, TOPIC_PREFIX: prefix };
    const node = await startNode(settings);
    const isReady = () => expect.poll(() => readiness(node)).toMatchObject({ status: "ready" });
    await isReady();

    await deleteTopics(prefix);
    await expect
      .poll(() => readiness(node), { interval: 100 })
      .toMatchObject({ status: "degraded", checks: { kafka: expect.stringContaining("topic") } });
    await isReady();

    const drop = { shoppers: 300, coupons: 200, couponId: randomUUID() };
    await expectDropSurvives(node.client, drop, [{ after: 50, inject: () => broker.loseData() }]);
    await isReady();
    await expect
      .poll(async () => {
        const { settled, logged } = await countsIn(settings);
        return settled - logged;
      })
      .toBe(0);
    expect((await countsIn(settings)).logged).toBeGreaterThanOrEqual(drop.coupons);
  });

  it("leaves no entry out of the ranking log: an entry that is missing is added", async () => {
    const settings = {
      ...(await redisProfile?.settings()),
      KAFKA_BROKERS: broker.brokers,
      TOPIC_PREFIX: `${randomUUID()}.`,
    };
    const node = await startNode(settings);
    await expectDropSurvives(node.client, { shoppers: 50, coupons: 20, couponId: randomUUID() }, []);
    const connection = await createConnection({ uri: (settings as Settings).DATABASE_URL ?? "" });
    await connection.query("DELETE FROM ranking_logs ORDER BY id LIMIT 10");
    await connection.end();
    await expect
      .poll(async () => {
        const { settled, logged } = await countsIn(settings);
        return settled - logged;
      })
      .toBe(0);
  });
});
