import { randomUUID } from "node:crypto";
import { AssignerProtocol, Kafka, logLevel, type PartitionAssigner } from "kafkajs";
import { KafkaEventBus, type KafkaTuning } from "../../../src/adapters/kafka/kafka-event-bus.js";
import { closeDatabase, openDatabase } from "../../../src/adapters/sql/database.js";
import { SqlDeadLetters } from "../../../src/adapters/sql/sql-dead-letters.js";
import { SqlEventBus } from "../../../src/adapters/sql/sql-event-bus.js";
import { SqlJobLease } from "../../../src/adapters/sql/sql-job-lease.js";
import { systemClock } from "../../../src/adapters/system/system-clock.js";
import { systemTimers } from "../../../src/adapters/system/system-timers.js";
import { migrateForTest } from "../../support/migrated-database.js";
import type { BusUnderTest } from "./bus-under-test.js";
import { letterColumns, quickJournal } from "./sql-under-test.js";

export const quickTuning: KafkaTuning = { retry: () => 40, reconnect: () => 100 };

/** Opens a new topic prefix on a running broker. */
export const openKafkaUnderTest = async (
  brokers: string,
  tuning: KafkaTuning = quickTuning,
): Promise<BusUnderTest & { readonly topicPrefix: string; close(): Promise<void> }> => {
  const topicPrefix = `t${randomUUID().slice(0, 8)}.`;
  const options = { brokers: brokers.split(","), topicPrefix, partitions: 3, replication: 1, clientId: "test" };
  const kafka = new Kafka({ brokers: options.brokers, logLevel: logLevel.NOTHING });
  const groupId = `${topicPrefix}rushboard.stock`;
  const db = openDatabase({ kind: "sqlite", file: ":memory:" });
  await migrateForTest(db);
  const closing: (() => Promise<void>)[] = [() => closeDatabase(db)];
  return {
    topicPrefix,
    timeoutMs: 60_000,
    open: async () => {
      const lease = new SqlJobLease(db, systemClock, `node-${closing.length}`);
      const journal = { db, lease, clock: systemClock, timers: systemTimers, groupsOf: () => [] };
      const stores = {
        deadLetters: new SqlDeadLetters(db, systemClock),
        postponed: new SqlEventBus(journal, quickJournal),
      };
      const bus = new KafkaEventBus(options, stores, systemTimers, tuning);
      closing.push(() => bus.stop());
      await bus.start();
      return bus;
    },
    parked: () => db.knex("dead_letters").orderBy("id").select(letterColumns),
    sendText: async (text) => {
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
    divided: async (instances) => {
      const admin = kafka.admin();
      await admin.connect();
      // This reads the cluster's metadata, without which kafkajs finds no coordinator.
      await admin.listGroups();
      for (let stable = false; !stable; ) {
        const { groups } = await admin.describeGroups([groupId]);
        stable = groups.every(({ state, members }) => state === "Stable" && members.length === instances);
        if (!stable) await new Promise((resolve) => setTimeout(resolve, 50));
      }
      await admin.disconnect();
    },
    breakStock: async () => {
      // Another client holds the group with another protocol, so that the bus cannot join it.
      const other = kafka.consumer({ groupId, partitionAssigners: [otherAssigner] });
      closing.push(() => other.disconnect());
      await other.connect();
      const admin = kafka.admin();
      await admin.connect();
      await admin.createTopics({ topics: [{ topic: `${topicPrefix}other` }] });
      await admin.disconnect();
      await other.subscribe({ topics: [`${topicPrefix}other`] });
      const joined = new Promise((resolve) => other.on("consumer.group_join", resolve));
      await other.run({ eachMessage: async () => {} });
      await joined;
      return () => other.disconnect();
    },
    close: async () => {
      for (const close of closing.reverse()) await close();
    },
  };
};

const otherAssigner: PartitionAssigner = () => ({
  name: "other",
  version: 1,
  protocol: ({ topics }) => ({
    name: "other",
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
