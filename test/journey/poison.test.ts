import { randomUUID } from "node:crypto";
import { Kafka, logLevel } from "kafkajs";
import { describe, expect, it, onTestFinished } from "vitest";
import { consumerGroups } from "../../src/application/choreography.js";
import { backendUrls } from "../support/backends.js";
import { expectDropSurvives } from "../support/drop-with-faults.js";
import { type Node, profiles, startNode } from "../support/node.js";

const kafkaProfile = profiles.find(({ name }) => name === "kafka");

describe.skipIf(!kafkaProfile?.live)("messages in a topic", () => {
  const kafka = new Kafka({ brokers: backendUrls.kafka?.split(",") ?? [], logLevel: logLevel.NOTHING });

  const start = async () => {
    const settings = (await kafkaProfile?.settings()) ?? {};
    return { settings, prefix: settings.TOPIC_PREFIX ?? "", node: await startNode(settings) };
  };
  const read = async ({ client }: Node, path: string) => (await client.call("GET", `/api/v1/${path}`, "operator")).body;
  const itemsOf = async (node: Node, path: string) => (await read(node, path)).items as Record<string, unknown>[];

  const metricValues = async (node: Node, pattern: RegExp) => {
    const metrics = await (await fetch(new URL("/metrics", node.url))).text();
    return [...metrics.matchAll(pattern)].map(([, value]) => value);
  };

  it("that cannot be decoded are parked, and claims are settled anyway", async () => {
    const { prefix, node } = await start();
    const producer = kafka.producer();
    await producer.connect();
    onTestFinished(() => producer.disconnect());
    const couponId = randomUUID();
    const topic = `${prefix}coupon.requested`;
    const send = (value: string) => producer.send({ topic, messages: [{ key: couponId, value }] });
    // The topic exists when the service is ready.
    await expect.poll(() => read(node, "../../readyz")).toMatchObject({ status: "ready" });
    const inject = async () => {
      await send("not JSON");
      await send("{}");
    };
    await expectDropSurvives(node.client, { shoppers: 200, coupons: 100, couponId }, [{ after: 20, inject }]);
    await expect.poll(() => metricValues(node, /dead_letters (\d+)/g)).toEqual(["2"]);
  });

  // Proves: C2
  it("change nothing when all topics are read again from the beginning", async () => {
    const { settings, prefix, node } = await start();
    const couponId = randomUUID();
    await expectDropSurvives(node.client, { shoppers: 300, coupons: 100, couponId }, []);
    const auditAndLog = async (at: Node) => [
      await read(at, `coupons/${couponId}/audit`),
      await itemsOf(at, `admin/ranking-logs?couponId=${couponId}&limit=200`),
    ];
    await expect.poll(async () => (await auditAndLog(node))[1]).toHaveLength(100);
    const before = await auditAndLog(node);
    await node.stop();

    const admin = kafka.admin();
    await admin.connect();
    onTestFinished(() => admin.disconnect());
    // A group without stored offsets starts at the beginning of its topics.
    await admin.deleteGroups(consumerGroups.map((group) => `${prefix}rushboard.${group}`));
    const restarted = await startNode(settings);
    await expect
      .poll(() => metricValues(restarted, /consumer_lag\{group="[^"]+"\} (\d+)/g))
      .toEqual(consumerGroups.map(() => "0"));
    expect(await auditAndLog(restarted)).toEqual(before);
  });
});
