import {
  AclOperationTypes,
  AclPermissionTypes,
  AclResourceTypes,
  Kafka,
  logLevel,
  ResourcePatternTypes,
} from "kafkajs";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { KafkaEventBus } from "../../src/adapters/kafka/kafka-event-bus.js";
import { type KafkaServer, startKafka } from "../support/backend-servers/kafka.js";
import { backendUrls } from "../support/backends.js";
import { Recorder, requested } from "./event-bus/bus-under-test.js";
import { openKafkaUnderTest } from "./event-bus/kafka-under-test.js";

describe.skipIf(backendUrls.kafka === undefined)("EventBus on a Kafka whose topics disappear", () => {
  let broker: KafkaServer;
  let close = async () => {};
  beforeAll(async () => {
    broker = await startKafka();
  });
  afterEach(() => close());
  afterAll(() => broker?.stop());

  const adminOf = async () => {
    const admin = new Kafka({ brokers: [broker.brokers], logLevel: logLevel.NOTHING }).admin();
    await admin.connect();
    return admin;
  };

  /** A bus that has delivered an event. */
  const opened = async () => {
    const under = await openKafkaUnderTest(broker.brokers);
    close = () => under.close();
    const bus = (await under.open()) as KafkaEventBus;
    const recorder = new Recorder(under);
    await bus.consume(recorder.choreography());
    const deliver = async (key: string) => {
      await expect.poll(() => bus.publish([requested(key, 1)]).then(() => "published")).toBe("published");
      await recorder.receives("stock", [requested(key, 1)]);
    };
    await deliver("before");
    return { bus, under, deliver };
  };
  const problemOf = (bus: KafkaEventBus) =>
    bus.ping().then(
      () => "none",
      (error) => error.cause.message,
    );

  it("reports deleted topics, creates them again and continues", async () => {
    const { bus, under, deliver } = await opened();
    const admin = await adminOf();
    const topics = (await admin.listTopics()).filter((topic) => topic.startsWith(under.topicPrefix));
    await admin.deleteTopics({ topics });
    await admin.disconnect();
    await expect.poll(() => problemOf(bus), { interval: 20 }).toContain("missing topics");
    await expect.poll(() => problemOf(bus)).toBe("none");
    await deliver("after");
    expect(bus.deadConsumers()).toEqual([]);
  });

  it("reports deleted topics for as long as the broker does not permit to create them", async () => {
    const { bus, under, deliver } = await opened();
    const admin = await adminOf();
    const acl = {
      resourceType: AclResourceTypes.TOPIC,
      resourceName: under.topicPrefix,
      resourcePatternType: ResourcePatternTypes.PREFIXED,
      principal: "User:ANONYMOUS",
      host: "*",
      operation: AclOperationTypes.CREATE,
      permissionType: AclPermissionTypes.DENY,
    };
    await admin.createAcls({ acl: [acl] });
    const topics = (await admin.listTopics()).filter((topic) => topic.startsWith(under.topicPrefix));
    await admin.deleteTopics({ topics });
    await expect.poll(() => problemOf(bus)).toContain("missing topics");
    await admin.deleteAcls({ filters: [acl] });
    await admin.disconnect();
    await expect.poll(() => problemOf(bus)).toBe("none");
    await deliver("after");
  });
});
