import { randomUUID } from "node:crypto";
import { Kafka, logLevel } from "kafkajs";
import { describe, expect, it, onTestFinished } from "vitest";
import { consumerGroups } from "../../src/application/choreography.js";
import { engines } from "../support/backends.js";
import { type Node, profiles, startNode } from "../support/node.js";
import { expectPromisesUnder } from "../support/rush.js";

const kafkaProfile = profiles.find(({ name }) => name === "kafka");

describe.skipIf(!kafkaProfile?.live)("what a topic may bring", () => {
  const kafka = new Kafka({ brokers: engines.kafka?.split(",") ?? [], logLevel: logLevel.NOTHING });

  const start = async () => {
    const settings = (await kafkaProfile?.settings()) ?? {};
    return { settings, prefix: settings.TOPIC_PREFIX ?? "", node: await startNode(settings) };
  };
  const read = async ({ client }: Node, path: string) => (await client.call("GET", `/api/v1/${path}`, "operator")).body;
  const itemsOf = async (node: Node, path: string) => (await read(node, path)).items as Record<string, unknown>[];

  const figures = async (node: Node, figure: RegExp) => {
    const metrics = await (await fetch(new URL("/metrics", node.url))).text();
    return [...metrics.matchAll(figure)].map(([, value]) => value);
  };

  it("poison is parked, and its neighbours are issued", async () => {
    const { prefix, node } = await start();
    const producer = kafka.producer();
    await producer.connect();
    onTestFinished(() => producer.disconnect());
    const couponId = randomUUID();
    const topic = `${prefix}coupon.requested`;
    const send = (value: string) => producer.send({ topic, messages: [{ key: couponId, value }] });
    // The topic is there once the service is ready.
    await expect.poll(() => read(node, "../../readyz")).toMatchObject({ status: "ready" });
    const strike = async () => {
      await send("not JSON");
      await send("{}");
    };
    await expectPromisesUnder(node.client, { shoppers: 200, coupons: 100, couponId }, [{ after: 20, strike }]);
    await expect.poll(() => figures(node, /dead_letters (\d+)/g)).toEqual(["2"]);
  });

  // Proves: C2
  it("every topic from its beginning: nothing changes", async () => {
    const { settings, prefix, node } = await start();
    const couponId = randomUUID();
    await expectPromisesUnder(node.client, { shoppers: 300, coupons: 100, couponId }, []);
    const seen = async (at: Node) => [
      await read(at, `coupons/${couponId}/audit`),
      await itemsOf(at, `admin/ranking-logs?couponId=${couponId}&limit=200`),
    ];
    await expect.poll(async () => (await seen(node))[1]).toHaveLength(100);
    const before = await seen(node);
    await node.stop();

    const admin = kafka.admin();
    await admin.connect();
    onTestFinished(() => admin.disconnect());
    // A group that the broker does not know begins where its topics begin.
    await admin.deleteGroups(consumerGroups.map((group) => `${prefix}rushboard.${group}`));
    const again = await startNode(settings);
    await expect
      .poll(() => figures(again, /consumer_lag\{group="[^"]+"\} (\d+)/g))
      .toEqual(consumerGroups.map(() => "0"));
    expect(await seen(again)).toEqual(before);
  });
});
