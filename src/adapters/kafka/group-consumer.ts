import { setTimeout as sleep } from "node:timers/promises";
import type { Consumer, EachBatchPayload, Kafka } from "kafkajs";
import type { Backoff } from "../../application/backoff.js";
import { oneLine } from "../../application/dead-letter-of.js";
import type { KafkaLog } from "./kafka-client.js";
import { PartitionProgress, type Work } from "./partition-progress.js";

const sliceSize = 500;
const heartbeatMs = 2_000;

export type Subscription = {
  readonly groupId: string;
  readonly topics: readonly string[];
  /** Resolves once the topics had their chance to be created. */
  readonly ready: () => Promise<void>;
  /** Partitions worked on at once. */
  readonly concurrency: number;
};

/**
 * One consumer group: joins, works by slices, and comes back by itself from every crash. After one that is not expected
 * to pass it is told as dead until it has joined again.
 */
export class GroupConsumer {
  private readonly kafka: Kafka;
  private readonly subscription: Subscription;
  private readonly work: Work;
  private readonly reconnect: Backoff;
  private readonly log: KafkaLog;
  private readonly stopping = new AbortController();
  private running: Promise<void> | undefined;
  private deathCause: string | undefined;

  constructor(kafka: Kafka, subscription: Subscription, work: Work, reconnect: Backoff, log: KafkaLog) {
    this.kafka = kafka;
    this.subscription = subscription;
    this.work = work;
    this.reconnect = reconnect;
    this.log = log;
  }

  start(): void {
    this.running ??= this.run();
  }

  /** Why it delivers nothing until somebody mends it, if so. */
  get dead(): string | undefined {
    return this.deathCause;
  }

  /** Resolves when the slice at work is done and the group left. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  private async run(): Promise<void> {
    const { signal } = this.stopping;
    const stopped = new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
    let failures = 0;
    while (!signal.aborted) {
      const consumer = this.open();
      consumer.on(consumer.events.GROUP_JOIN, () => {
        failures = 0;
        this.deathCause = undefined;
      });
      const crashed = new Promise<never>((_, reject) => {
        consumer.on(consumer.events.CRASH, ({ payload }) => reject(payload.error));
      });
      try {
        // A stop waits for the join: kafkajs cannot break one off, and would consume on after a disconnect.
        await Promise.race([this.join(consumer).then(() => Promise.race([crashed, stopped])), crashed]);
      } catch (error) {
        failures += 1;
        const { group } = this.work;
        if (!mayPass(error)) this.deathCause = `${group}: ${oneLine(error)}`;
        const level = this.dead === undefined ? "warn" : "error";
        this.log(level, "consumer restarts", { group, error: oneLine(error), failures });
      } finally {
        await consumer.disconnect().catch(() => {});
      }
      if (!signal.aborted) await sleep(this.reconnect(failures), undefined, { signal }).catch(() => {});
    }
  }

  private open(): Consumer {
    return this.kafka.consumer({
      groupId: this.subscription.groupId,
      allowAutoTopicCreation: false,
      maxWaitTimeInMs: 100,
      sessionTimeout: 10_000,
      rebalanceTimeout: 15_000,
      heartbeatInterval: heartbeatMs,
      // We restart it ourselves: kafkajs would do so without a growing pause.
      retry: { retries: 5, restartOnFailure: async () => false },
    });
  }

  private async join(consumer: Consumer): Promise<void> {
    const { topics, ready, concurrency } = this.subscription;
    const progress = new Map<string, PartitionProgress>();
    await ready();
    await consumer.connect();
    await consumer.subscribe({ topics: [...topics], fromBeginning: true });
    await consumer.run({
      eachBatchAutoResolve: false,
      partitionsConsumedConcurrently: concurrency,
      eachBatch: async (payload) => {
        const place = `${payload.batch.topic}/${payload.batch.partition}`;
        const mine = progress.get(place) ?? new PartitionProgress(this.work);
        progress.set(place, mine);
        await this.takeBatch(payload, mine);
      },
    });
  }

  private async takeBatch(payload: EachBatchPayload, progress: PartitionProgress): Promise<void> {
    const { batch, resolveOffset, heartbeat, pause, isRunning, isStale } = payload;
    for (let from = 0; from < batch.messages.length; from += sliceSize) {
      if (!isRunning() || isStale() || this.stopping.signal.aborted) return;
      // A reaction may take longer than the session; a rebalance that this meets shows in the heartbeat after it.
      const beat = setInterval(() => void heartbeat().catch(() => {}), heartbeatMs);
      const { upTo, waitMs } = await progress
        .take(batch.messages.slice(from, from + sliceSize))
        .finally(() => clearInterval(beat));
      if (upTo !== undefined) resolveOffset(upTo);
      if (waitMs > 0) {
        setTimeout(pause(), waitMs).unref();
        return;
      }
      await heartbeat();
    }
  }
}

/** What kafkajs calls hopeless though it passes: a membership that is over, a broker that is away or too busy. */
const passing = [
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

/** Whether a crash passes by itself: all but what kafkajs calls hopeless, such as a group that we may not join. */
const mayPass = (error: unknown): boolean => {
  if (!(error instanceof Error)) return true;
  if (error.cause instanceof Error) return mayPass(error.cause);
  const { retriable, type = "" } = error as { readonly retriable?: boolean; readonly type?: string };
  return retriable !== false || passing.includes(type) || passing.includes(error.name);
};
