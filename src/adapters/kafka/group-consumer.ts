import type { Consumer, EachBatchPayload, Kafka, KafkaMessage } from "kafkajs";
import { oneLine } from "../../application/dead-letter/dead-letter-of.js";
import type { Timers } from "../../application/ports/timers.js";
import { type Backoff, RetryLoop } from "../../application/retry.js";
import type { KafkaLog } from "./kafka-client.js";
import { type KafkaConsumer, PartitionProgress, type ReceivedMessage } from "./partition-progress.js";
import { decodeMessage } from "./wire-format.js";

/** Events after which a batch is full. */
const batchSize = 500;
const heartbeatMs = 2_000;

export type Subscription = {
  readonly groupId: string;
  readonly topics: readonly string[];
  /** Resolves when the topics exist, or cannot be created. */
  readonly ready: () => Promise<void>;
  /** Partitions processed at the same time. */
  readonly concurrency: number;
};

export type GroupConsumerNeeds = {
  readonly kafka: Kafka;
  readonly timers: Timers;
  readonly reconnect: Backoff;
  readonly log: KafkaLog;
};

/**
 * One consumer group: joins, consumes batches, and joins again after every crash. After a crash that will not pass by
 * itself the group counts as dead until it has joined again.
 */
export class GroupConsumer {
  private readonly needs: GroupConsumerNeeds;
  private readonly subscription: Subscription;
  private readonly consumer: KafkaConsumer;
  private readonly loop: RetryLoop;
  private deathCause: string | undefined;
  private isMember = false;
  private breakSession = (_: unknown) => {};

  constructor(needs: GroupConsumerNeeds, subscription: Subscription, consumer: KafkaConsumer) {
    this.needs = needs;
    this.subscription = subscription;
    this.consumer = consumer;
    this.loop = new RetryLoop({
      timers: needs.timers,
      backoff: needs.reconnect,
      round: () => this.session(),
      onFailure: (error, failures) => this.crashed(error, failures),
    });
  }

  start(): void {
    this.loop.start();
  }

  /** Why the group delivers nothing until an operator acts, if so. */
  get dead(): string | undefined {
    return this.deathCause;
  }

  /** Whether the consumer has joined the group. */
  get joined(): boolean {
    return this.isMember;
  }

  /** Ends the session and joins again, to read topics that were created again from their beginning. */
  rejoin(reason: string): void {
    this.isMember = false;
    this.breakSession(new Error(reason));
  }

  /** Resolves when the batch in progress is done and the consumer has left the group. */
  stop(): Promise<void> {
    return this.loop.stop();
  }

  /** Consumes until the loop stops. @throws the error of a crash */
  private async session(): Promise<number> {
    const consumer = this.open();
    consumer.on(consumer.events.GROUP_JOIN, () => {
      this.loop.succeeded();
      this.deathCause = undefined;
      this.isMember = true;
    });
    const crash = new Promise<never>((_, reject) => {
      this.breakSession = reject;
      consumer.on(consumer.events.CRASH, ({ payload }) => reject(payload.error));
    });
    const joining = this.join(consumer);
    try {
      await Promise.race([joining.then(() => Promise.race([crash, this.loop.stopped])), crash]);
    } finally {
      // kafkajs cannot interrupt a join, and would consume even after a disconnect.
      await joining.catch(() => {});
      this.isMember = false;
      await consumer.disconnect().catch(() => {});
    }
    return 0;
  }

  private crashed(error: unknown, failures: number): void {
    const { group } = this.consumer;
    if (!isTransient(error)) this.deathCause = `${group}: ${oneLine(error)}`;
    const level = this.deathCause === undefined ? "warn" : "error";
    this.needs.log(level, "consumer restarting", { group, error: oneLine(error), failures });
  }

  private open(): Consumer {
    return this.needs.kafka.consumer({
      groupId: this.subscription.groupId,
      allowAutoTopicCreation: false,
      maxWaitTimeInMs: 100,
      sessionTimeout: 10_000,
      rebalanceTimeout: 15_000,
      heartbeatInterval: heartbeatMs,
      // The loop restarts the consumer, with a growing pause. kafkajs would restart it without one.
      retry: { retries: 5, restartOnFailure: async () => false },
    });
  }

  private async join(consumer: Consumer): Promise<void> {
    const { topics, ready, concurrency } = this.subscription;
    const progress = new Map<string, PartitionProgress>();
    consumer.on(consumer.events.GROUP_JOIN, () => {
      for (const ofPartition of progress.values()) ofPartition.reassigned();
    });
    await ready();
    await consumer.connect();
    await consumer.subscribe({ topics: [...topics], fromBeginning: true });
    await consumer.run({
      eachBatchAutoResolve: false,
      partitionsConsumedConcurrently: concurrency,
      eachBatch: async (payload) => {
        const partition = `${payload.batch.topic}/${payload.batch.partition}`;
        const ofPartition = progress.get(partition) ?? new PartitionProgress(this.consumer);
        progress.set(partition, ofPartition);
        await this.consume(payload, ofPartition);
      },
    });
  }

  private async consume(payload: EachBatchPayload, progress: PartitionProgress): Promise<void> {
    const { batch, resolveOffset, heartbeat, pause, isRunning, isStale } = payload;
    for (const messages of batchesOf(batch.messages)) {
      if (!isRunning() || isStale() || this.loop.isStopped) return;
      // A reaction may take longer than the session. The heartbeat after it reports a rebalance in between.
      const beat = setInterval(() => void heartbeat().catch(() => {}), heartbeatMs);
      const { upTo, waitMs } = await progress.consume(messages).finally(() => clearInterval(beat));
      if (upTo !== undefined) resolveOffset(upTo);
      if (waitMs > 0) {
        setTimeout(pause(), waitMs).unref();
        return;
      }
      await heartbeat();
    }
  }
}

/** Decodes the messages and yields them in batches, each of the fewest messages that contain 500 events. */
function* batchesOf(messages: readonly KafkaMessage[]): Generator<readonly ReceivedMessage[]> {
  let batch: ReceivedMessage[] = [];
  let size = 0;
  for (const message of messages) {
    const events = decodeMessage(message);
    batch.push({ offset: message.offset, events });
    size += events.length;
    if (size < batchSize) continue;
    yield batch;
    batch = [];
    size = 0;
  }
  if (batch.length > 0) yield batch;
}

/** Errors that kafkajs calls not retriable although they pass: a lost membership, a broker unreachable or too busy. */
const transientErrors = [
  "UNKNOWN_MEMBER_ID",
  "ILLEGAL_GENERATION",
  "FENCED_INSTANCE_ID",
  "OFFSET_OUT_OF_RANGE",
  "REBALANCE_IN_PROGRESS",
  "BROKER_NOT_AVAILABLE",
  "KafkaJSGroupCoordinatorNotFound",
  "KafkaJSLockTimeout",
  "KafkaJSTimeout",
];

/** Whether a crash passes by itself; one that does not is, for example, a group that this client may not join. */
const isTransient = (error: unknown): boolean => {
  if (!(error instanceof Error)) return true;
  if (error.cause instanceof Error) return isTransient(error.cause);
  const { retriable, type = "" } = error as { readonly retriable?: boolean; readonly type?: string };
  return retriable !== false || transientErrors.includes(type) || transientErrors.includes(error.name);
};
