import { type Choreography, type ConsumerGroup, consumerGroups } from "../../application/choreography.js";
import type { DeadLetters } from "../../application/ports/dead-letters.js";
import type { EventBus } from "../../application/ports/event-bus.js";
import type { PostponedEvents } from "../../application/ports/postponed-events.js";
import type { Timers } from "../../application/ports/timers.js";
import { type Backoff, jitteredBackoff, RetryLoop } from "../../application/retry.js";
import { type DomainEvent, type EventType, eventTypes } from "../../domain/event.js";
import { GroupConsumer, type GroupConsumerNeeds } from "./group-consumer.js";
import { type KafkaLog, type KafkaOptions, openKafka } from "./kafka-client.js";
import { kafkaUnavailable } from "./kafka-errors.js";
import { KafkaProducer } from "./kafka-producer.js";
import { KafkaTopics } from "./kafka-topics.js";

/** How often to look for topics that were deleted, ms. */
const watchMs = 2_000;

/** Times that tests shorten. The defaults are for production. */
export type KafkaTuning = {
  readonly log?: KafkaLog;
  /** Pause between the tries of an event, and while a backend that a reaction needs is unreachable. */
  readonly retry?: Backoff;
  /** Pause between attempts to connect. */
  readonly reconnect?: Backoff;
  /** After this time `publish` rejects, ms. */
  readonly sendTimeoutMs?: number;
};

/** Some topics of the service do not exist. */
class MissingTopics extends Error {
  /** The broker's code for the same. */
  readonly type = "UNKNOWN_TOPIC_OR_PARTITION";

  constructor(topics: readonly string[]) {
    super(`missing topics: ${topics.join(", ")}`);
  }
}

/** The bus on Apache Kafka: one topic per event type, one Kafka group per consumer group. */
export class KafkaEventBus implements EventBus {
  private readonly options: KafkaOptions;
  private readonly deadLetters: DeadLetters;
  private readonly postponed: PostponedEvents;
  private readonly topics: KafkaTopics;
  private readonly producer: KafkaProducer;
  private readonly retry: Backoff;
  private readonly needs: GroupConsumerNeeds;
  private consumers: readonly GroupConsumer[] = [];
  private subscribed: ReadonlyMap<ConsumerGroup, readonly EventType[]> = new Map();
  private readonly watch: RetryLoop;
  private created: Promise<void> | undefined;
  /** Topics that were found missing, until everything works with new ones. */
  private lost: readonly string[] = [];

  constructor(
    options: KafkaOptions,
    { deadLetters, postponed }: { readonly deadLetters: DeadLetters; readonly postponed: PostponedEvents },
    timers: Timers,
    tuning: KafkaTuning = {},
  ) {
    const { log = () => {}, reconnect = jitteredBackoff(250, 5_000, Math.random), sendTimeoutMs = 5_000 } = tuning;
    const kafka = openKafka(options, log);
    this.options = options;
    this.deadLetters = deadLetters;
    this.postponed = postponed;
    this.retry = tuning.retry ?? jitteredBackoff(100, 5_000, Math.random);
    this.needs = { kafka, timers, reconnect, log };
    this.topics = new KafkaTopics(kafka, options, timers, log);
    this.producer = new KafkaProducer({
      kafka,
      timers,
      topicOf: (type) => this.topics.topicOf(type),
      prepare: () => this.createTopics(),
      reconnect,
      timeoutMs: sendTimeoutMs,
    });
    this.watch = new RetryLoop({
      timers,
      backoff: () => watchMs,
      round: async () => {
        await this.replaceLostTopics();
        return watchMs;
      },
    });
  }

  /** Connects in the background for as long as it takes, so that the service starts without a broker. */
  async start(): Promise<void> {
    this.producer.start();
    this.watch.start();
  }

  async publish(events: readonly DomainEvent[]): Promise<void> {
    await this.producer.send(events);
  }

  async consume(choreography: Choreography): Promise<void> {
    const typesOf = (group: ConsumerGroup) => eventTypes.filter((type) => choreography[type][group] !== undefined);
    this.subscribed = new Map(
      consumerGroups.map((group) => [group, typesOf(group)] as const).filter(([, types]) => types.length > 0),
    );
    const { deadLetters, postponed, retry: backoff } = this;
    this.consumers = [...this.subscribed].map(([group, types]) => {
      const subscription = {
        groupId: this.topics.groupIdOf(group),
        topics: types.map((type) => this.topics.topicOf(type)),
        ready: () => this.createTopics(),
        concurrency: this.options.partitions,
      };
      return new GroupConsumer(this.needs, subscription, { group, choreography, deadLetters, postponed, backoff });
    });
    await postponed.consume(choreography);
    for (const consumer of this.consumers) consumer.start();
  }

  deadConsumers(): readonly string[] {
    return [...this.consumers.flatMap(({ dead }) => dead ?? []), ...this.postponed.deadConsumers()];
  }

  async stopConsuming(): Promise<void> {
    await Promise.all([...this.consumers.map((consumer) => consumer.stop()), this.postponed.stopConsuming()]);
  }

  /** Stops consuming, sends what was published, and disconnects. */
  async stop(): Promise<void> {
    const watched = this.watch.stop();
    await this.stopConsuming();
    await this.producer.stop();
    await watched;
    await this.topics.stop();
  }

  /** Returns how many messages each group has not processed yet. @throws DomainError `engine-unavailable` */
  async lag(): Promise<readonly { readonly group: ConsumerGroup; readonly lag: number }[]> {
    return Promise.all(
      [...this.subscribed].map(async ([group, types]) => ({ group, lag: await this.topics.lagOf(group, types) })),
    );
  }

  /** Resolves if the broker answers and no topic is missing. @throws DomainError `engine-unavailable` */
  async ping(): Promise<void> {
    await this.topics.ping();
    if (this.lost.length > 0) throw kafkaUnavailable(new MissingTopics(this.lost));
  }

  /** Creates topics that were deleted, with the broker's data or by an operator. Then connects everything again. */
  private async replaceLostTopics(): Promise<void> {
    // Topics that were never there are created by the first connection.
    if (this.created === undefined && this.lost.length === 0) return;
    await this.created;
    const missing = await this.topics.missing();
    if (missing.length > 0) {
      if (this.lost.length === 0) this.needs.log("error", "topics missing", { topics: missing });
      this.lost = missing;
      this.created = undefined;
      await this.createTopics();
      if ((await this.topics.missing()).length > 0) return;
      const reason = "topics were created again";
      this.producer.reconnect(reason);
      for (const consumer of this.consumers) consumer.rejoin(reason);
    }
    if (!this.producer.isDown && this.consumers.every(({ joined }) => joined)) this.lost = [];
  }

  private createTopics(): Promise<void> {
    this.created ??= this.topics.create().catch((error) => {
      this.created = undefined;
      throw error;
    });
    return this.created;
  }
}
