import { setTimeout as sleep } from "node:timers/promises";
import type { Admin, Kafka } from "kafkajs";
import type { ConsumerGroup } from "../../application/choreography.js";
import type { Timers } from "../../application/ports/timers.js";
import { type EventType, eventTypes } from "../../domain/event.js";
import { type KafkaLog, type KafkaOptions, openKafka, withDeadline } from "./kafka-client.js";
import { kafkaUnavailable } from "./kafka-errors.js";

const requestTimeoutMs = 2_000;
/** A new topic has its leaders about 100 ms after the metadata says so. */
const leaderTimeoutMs = 5_000;

/** Names topics and groups, creates the topics, and reads the broker's state. */
export class KafkaTopics {
  private readonly kafka: Kafka;
  private readonly options: KafkaOptions;
  private readonly timers: Timers;
  private readonly log: KafkaLog;
  private admin: Promise<Admin> | undefined;

  constructor(kafka: Kafka, options: KafkaOptions, timers: Timers, log: KafkaLog) {
    this.kafka = kafka;
    this.options = options;
    this.timers = timers;
    this.log = log;
  }

  topicOf(type: EventType): string {
    return `${this.options.topicPrefix}${type}`;
  }

  groupIdOf(group: ConsumerGroup): string {
    return `${this.options.topicPrefix}rushboard.${group}`;
  }

  /**
   * Creates the missing topics and waits until every partition has a leader. If the broker does not permit it, the
   * topics are used unchanged. Without the wait, kafkajs would repeat a whole send because of one partition without a
   * leader, and the messages to the other partitions would be stored twice.
   */
  async create(): Promise<void> {
    try {
      await this.createMissing(await this.connected());
      await this.waitForLeaders();
    } catch (error) {
      void this.disconnect();
      throw error;
    }
  }

  /** Returns the topics that do not exist. @throws DomainError `engine-unavailable` */
  async missing(): Promise<readonly string[]> {
    const existing = new Set(await this.request((admin) => admin.listTopics()));
    return eventTypes.map((type) => this.topicOf(type)).filter((topic) => !existing.has(topic));
  }

  /** Resolves if the broker answers. @throws DomainError `engine-unavailable` */
  async ping(): Promise<void> {
    await this.request((admin) => admin.describeCluster());
  }

  /** Returns how many messages a group has not processed yet. @throws DomainError `engine-unavailable` */
  async lagOf(group: ConsumerGroup, types: readonly EventType[]): Promise<number> {
    const topics = types.map((type) => this.topicOf(type));
    return this.request(async (admin) => {
      const committed = await admin.fetchOffsets({ groupId: this.groupIdOf(group), topics });
      const ends = await Promise.all(topics.map((topic) => admin.fetchTopicOffsets(topic)));
      const lags = ends.flatMap((partitions, index) =>
        partitions.map(({ partition, high, low }) => {
          const ofTopic = committed.find(({ topic }) => topic === topics[index])?.partitions;
          const offset = Number(ofTopic?.find((each) => each.partition === partition)?.offset ?? -1);
          return Number(high) - (offset < 0 ? Number(low) : offset);
        }),
      );
      return lags.reduce((sum, lag) => sum + lag, 0);
    });
  }

  async stop(): Promise<void> {
    await this.disconnect();
  }

  private async createMissing(admin: Admin): Promise<void> {
    const existing = new Set(await admin.listTopics());
    const topics = eventTypes
      .map((type) => this.topicOf(type))
      .filter((topic) => !existing.has(topic))
      .map((topic) => ({
        topic,
        numPartitions: this.options.partitions,
        replicationFactor: this.options.replication,
      }));
    if (topics.length === 0) return;
    try {
      await admin.createTopics({ topics, waitForLeaders: true });
    } catch (error) {
      this.log("warn", "topics not created", { error: String(error) });
    }
  }

  private async waitForLeaders(): Promise<void> {
    // A separate client that logs nothing: a missing leader is expected here.
    const admin = openKafka(this.options, () => {}).admin();
    let waiting = true;
    const hasLeaders = (topic: string) =>
      // Only the leader of a partition returns its offsets.
      admin.fetchTopicOffsets(topic).then(
        () => true,
        () => false,
      );
    const allHaveLeaders = async () => {
      await admin.connect();
      for (const type of eventTypes) while (waiting && !(await hasLeaders(this.topicOf(type)))) await sleep(20);
    };
    try {
      await withDeadline(allHaveLeaders(), leaderTimeoutMs, this.timers);
    } catch (error) {
      this.log("warn", "partitions without a leader", { error: String(error) });
    } finally {
      waiting = false;
      void admin.disconnect().catch(() => {});
    }
  }

  private async request<T>(send: (admin: Admin) => Promise<T>): Promise<T> {
    try {
      return await withDeadline(this.connected().then(send), requestTimeoutMs, this.timers);
    } catch (error) {
      void this.disconnect();
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

  private async disconnect(): Promise<void> {
    const admin = this.admin;
    this.admin = undefined;
    await admin?.then((each) => each.disconnect()).catch(() => {});
  }
}
