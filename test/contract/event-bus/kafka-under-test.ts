import { randomUUID } from "node:crypto";
import { AssignerProtocol, Kafka, logLevel, type PartitionAssigner } from "kafkajs";
import { KafkaEventBus, type KafkaTuning } from "../../../src/adapters/kafka/kafka-event-bus.js";
import { systemTimers } from "../../../src/adapters/system/system-timers.js";
import { type BusUnderTest, rememberDeadLetters } from "./bus-under-test.js";

export const quickTuning: KafkaTuning = { retry: () => 40, reconnect: () => 100 };

/** A topic prefix of its own on a running broker. */
export const openKafkaUnderTest = async (
  brokers: string,
  tuning: KafkaTuning = quickTuning,
): Promise<BusUnderTest & { close(): Promise<void> }> => {
  const topicPrefix = `t${randomUUID().slice(0, 8)}.`;
  const options = { brokers: brokers.split(","), topicPrefix, partitions: 3, replication: 1, clientId: "test" };
  const kafka = new Kafka({ brokers: options.brokers, logLevel: logLevel.NOTHING });
  const groupId = `${topicPrefix}rushboard.stock`;
  const deadLetters = rememberDeadLetters();
  const closing: (() => Promise<void>)[] = [];
  return {
    patienceMs: 60_000,
    open: async () => {
      const bus = new KafkaEventBus(options, deadLetters, systemTimers, tuning);
      closing.push(() => bus.stop());
      await bus.start();
      return bus;
    },
    parked: async () => deadLetters.letters,
    poison: async (text) => {
      const producer = kafka.producer();
      await producer.connect();
      const headers = {
        ce_specversion: "1.0",
        ce_type: "coupon.requested",
        ce_id: "x",
        ce_time: "2026-11-21T00:00:00.000Z",
      };
      await producer.send({
        topic: `${topicPrefix}coupon.requested`,
        messages: [{ key: "a", value: text, headers }],
      });
      await producer.disconnect();
    },
    shared: async (instances) => {
      const admin = kafka.admin();
      await admin.connect();
      // kafkajs finds no coordinator before it has read the cluster's metadata, which this does.
      await admin.listGroups();
      for (let stable = false; !stable; ) {
        const { groups } = await admin.describeGroups([groupId]);
        stable = groups.every(({ state, members }) => state === "Stable" && members.length === instances);
        if (!stable) await new Promise((resolve) => setTimeout(resolve, 50));
      }
      await admin.disconnect();
    },
    breakStock: async () => {
      // A stranger holds the group under another protocol, so that nobody else is let in.
      const stranger = kafka.consumer({ groupId, partitionAssigners: [strangeAssigner] });
      closing.push(() => stranger.disconnect());
      await stranger.connect();
      const admin = kafka.admin();
      await admin.connect();
      await admin.createTopics({ topics: [{ topic: `${topicPrefix}strange` }] });
      await admin.disconnect();
      await stranger.subscribe({ topics: [`${topicPrefix}strange`] });
      const joined = new Promise((resolve) => stranger.on("consumer.group_join", resolve));
      await stranger.run({ eachMessage: async () => {} });
      await joined;
      return () => stranger.disconnect();
    },
    close: async () => {
      for (const close of closing.reverse()) await close();
    },
  };
};

const strangeAssigner: PartitionAssigner = () => ({
  name: "strange",
  version: 1,
  protocol: ({ topics }) => ({
    name: "strange",
    metadata: AssignerProtocol.MemberMetadata.encode({ version: 1, topics, userData: Buffer.alloc(0) }),
  }),
  assign: async ({ members }) =>
    members.map(({ memberId }) => ({
      memberId,
      memberAssignment: AssignerProtocol.MemberAssignment.encode({
        version: 1,
        assignment: {},
        userData: Buffer.alloc(0),
      }),
    })),
});
