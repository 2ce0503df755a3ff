import { setTimeout as sleep } from "node:timers/promises";
import type { Admin, Kafka } from "kafkajs";
import type { ConsumerGroup } from "../../application/choreography.js";
import { type EventType, eventTypes } from "../../domain/event.js";
import { type KafkaLog, type KafkaOptions, kafkaUnavailable, openKafka, withDeadline } from "./kafka-client.js";

const answerMs = 2_000;
/** A broker leads a new topic some 100 ms after the metadata says so. */
const leadingMs = 5_000;

/** Names topics and groups, creates the topics, and asks the broker how things are. */
export class KafkaTopics {
  private readonly kafka: Kafka;
  private readonly options: KafkaOptions;
  private readonly log: KafkaLog;
  private admin: Promise<Admin> | undefined;

  constructor(kafka: Kafka, options: KafkaOptions, log: KafkaLog) {
    this.kafka = kafka;
    this.options = options;
    this.log = log;
  }

  topicOf(type: EventType): string {
    return `${this.options.topicPrefix}${type}`;
  }

  groupIdOf(group: ConsumerGroup): string {
    return `${this.options.topicPrefix}rushboard.${group}`;
  }

  /**
   * Creates the topics that are missing, and waits until every partition is led; where the broker does not let us, they
   * are used as they are. A send that meets one partition without a leader would be repeated whole by kafkajs: what
   * the others took of it would be there twice.
   */
  async create(): Promise<void> {
    try {
      await this.createMissing(await this.connected());
      await this.untilLed();
    } catch (error) {
      void this.forget();
      throw error;
    }
  }

  /** Resolves if the broker answers; else `engine-unavailable`. */
  async ping(): Promise<void> {
    await this.ask((admin) => admin.describeCluster());
  }

  /** How many messages a group has not taken yet. */
  async lagOf(group: ConsumerGroup, types: readonly EventType[]): Promise<number> {
    const topics = types.map((type) => this.topicOf(type));
    return this.ask(async (admin) => {
      const taken = await admin.fetchOffsets({ groupId: this.groupIdOf(group), topics });
      const ends = await Promise.all(topics.map((topic) => admin.fetchTopicOffsets(topic)));
      const lags = ends.flatMap((partitions, index) =>
        partitions.map(({ partition, high, low }) => {
          const mine = taken.find(({ topic }) => topic === topics[index])?.partitions;
          const offset = Number(mine?.find((each) => each.partition === partition)?.offset ?? -1);
          return Number(high) - (offset < 0 ? Number(low) : offset);
        }),
      );
      return lags.reduce((sum, lag) => sum + lag, 0);
    });
  }

  async stop(): Promise<void> {
    await this.forget();
  }

  private async createMissing(admin: Admin): Promise<void> {
    const there = new Set(await admin.listTopics());
    const topics = eventTypes
      .map((type) => this.topicOf(type))
      .filter((topic) => !there.has(topic))
      .map((topic) => ({
        topic,
        numPartitions: this.options.partitions,
        replicationFactor: this.options.replication,
      }));
    if (topics.length === 0) return;
    try {
      await admin.createTopics({ topics, waitForLeaders: true });
    } catch (error) {
      this.log("warn", "topics were not created", { error: String(error) });
    }
  }

  private async untilLed(): Promise<void> {
    // A client of its own, which says nothing: that a leader is not there yet is no news.
    const admin = openKafka(this.options, () => {}).admin();
    let waiting = true;
    const isLed = (topic: string) =>
      // Only its leader knows the offsets of a partition.
      admin.fetchTopicOffsets(topic).then(
        () => true,
        () => false,
      );
    const allLed = async () => {
      await admin.connect();
      for (const type of eventTypes) while (waiting && !(await isLed(this.topicOf(type)))) await sleep(20);
    };
    try {
      await withDeadline(allLed(), leadingMs);
    } catch (error) {
      this.log("warn", "topics are used though some may have no leader", { error: String(error) });
    } finally {
      waiting = false;
      void admin.disconnect().catch(() => {});
    }
  }

  private async ask<T>(question: (admin: Admin) => Promise<T>): Promise<T> {
    try {
      return await withDeadline(this.connected().then(question), answerMs);
    } catch (error) {
      void this.forget();
      throw kafkaUnavailable(error);
    }
  }

  private connected(): Promise<Admin> {
    this.admin ??= this.connect();
    return this.admin;
  }

  private async connect(): Promise<Admin> {
    const admin = this.kafka.admin();
    try {
      await admin.connect();
      return admin;
    } catch (error) {
      this.admin = undefined;
      await admin.disconnect();
      throw error;
    }
  }

  private async forget(): Promise<void> {
    const admin = this.admin;
    this.admin = undefined;
    await admin?.then((each) => each.disconnect()).catch(() => {});
  }
}
