import { type Backoff, jitteredBackoff } from "../../application/backoff.js";
import { type Choreography, type ConsumerGroup, consumerGroups } from "../../application/choreography.js";
import type { DeadLetters } from "../../application/ports/dead-letters.js";
import type { EventBus } from "../../application/ports/event-bus.js";
import { type DomainEvent, type EventType, eventTypes } from "../../domain/event.js";
import { GroupConsumer } from "./group-consumer.js";
import { type KafkaLog, type KafkaOptions, openKafka } from "./kafka-client.js";
import { KafkaProducer } from "./kafka-producer.js";
import { KafkaTopics } from "./kafka-topics.js";
import { encodeMessage } from "./wire-format.js";

/** What a test shortens; the defaults are for production. */
export type KafkaTuning = {
  readonly log?: KafkaLog;
  /** Between tries of an event or of an engine that a reaction misses. */
  readonly retry?: Backoff;
  /** Between attempts to connect. */
  readonly reconnect?: Backoff;
  /** Until a caller of `publish` hears that the broker is away, ms. */
  readonly sendDeadlineMs?: number;
};

/** Apache Kafka carries the events: a topic an event type, a Kafka group a consumer group. */
export class KafkaEventBus implements EventBus {
  private readonly options: KafkaOptions;
  private readonly deadLetters: DeadLetters;
  private readonly kafka: ReturnType<typeof openKafka>;
  private readonly topics: KafkaTopics;
  private readonly producer: KafkaProducer;
  private readonly retry: Backoff;
  private readonly reconnect: Backoff;
  private readonly log: KafkaLog;
  private consumers: readonly GroupConsumer[] = [];
  private subscribed: ReadonlyMap<ConsumerGroup, readonly EventType[]> = new Map();
  private created: Promise<void> | undefined;

  constructor(options: KafkaOptions, deadLetters: DeadLetters, tuning: KafkaTuning = {}) {
    this.options = options;
    this.deadLetters = deadLetters;
    this.log = tuning.log ?? (() => {});
    this.retry = tuning.retry ?? jitteredBackoff(100, 5_000, Math.random);
    this.reconnect = tuning.reconnect ?? jitteredBackoff(250, 5_000, Math.random);
    this.kafka = openKafka(options, this.log);
    this.topics = new KafkaTopics(this.kafka, options, this.log);
    this.producer = new KafkaProducer(
      this.kafka,
      () => this.createTopics(),
      this.reconnect,
      tuning.sendDeadlineMs ?? 5_000,
    );
  }

  /** Connects in the background for as long as it takes, so that the service starts without a broker. */
  async start(): Promise<void> {
    this.producer.start();
  }

  async publish(events: readonly DomainEvent[]): Promise<void> {
    await this.producer.send(
      events.map((event) => ({ topic: this.topics.topicOf(event.type), message: encodeMessage(event) })),
    );
  }

  async consume(choreography: Choreography): Promise<void> {
    const typesOf = (group: ConsumerGroup) => eventTypes.filter((type) => choreography[type][group] !== undefined);
    this.subscribed = new Map(
      consumerGroups.map((group) => [group, typesOf(group)] as const).filter(([, types]) => types.length > 0),
    );
    this.consumers = [...this.subscribed].map(
      ([group, types]) =>
        new GroupConsumer(
          this.kafka,
          {
            groupId: this.topics.groupIdOf(group),
            topics: types.map((type) => this.topics.topicOf(type)),
            ready: () => this.createTopics(),
            concurrency: this.options.partitions,
          },
          { group, choreography, deadLetters: this.deadLetters, backoff: this.retry },
          this.reconnect,
          this.log,
        ),
    );
    for (const consumer of this.consumers) consumer.start();
  }

  deadConsumers(): readonly string[] {
    return this.consumers.flatMap(({ dead }) => dead ?? []);
  }

  async stopConsuming(): Promise<void> {
    await Promise.all(this.consumers.map((consumer) => consumer.stop()));
  }

  /** Sends what was published, and disconnects. */
  async stop(): Promise<void> {
    await this.stopConsuming();
    await this.producer.stop();
    await this.topics.stop();
  }

  /** Events that each group has not taken yet, for metrics. Unreachable: `engine-unavailable`. */
  async lag(): Promise<readonly { readonly group: ConsumerGroup; readonly lag: number }[]> {
    return Promise.all(
      [...this.subscribed].map(async ([group, types]) => ({ group, lag: await this.topics.lagOf(group, types) })),
    );
  }

  /** Resolves if the broker answers; else `engine-unavailable`. */
  async ping(): Promise<void> {
    await this.topics.ping();
  }

  private createTopics(): Promise<void> {
    this.created ??= this.topics.create().catch((error) => {
      this.created = undefined;
      throw error;
    });
    return this.created;
  }
}
