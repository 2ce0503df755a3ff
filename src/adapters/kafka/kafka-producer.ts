import { setTimeout as sleep } from "node:timers/promises";
import { type Kafka, Partitioners, type Producer } from "kafkajs";
import type { Backoff } from "../../application/backoff.js";
import { kafkaUnavailable, withDeadline } from "./kafka-client.js";
import type { OutgoingMessage } from "./wire-format.js";

export type Outgoing = { readonly topic: string; readonly message: OutgoingMessage };

type Entry = {
  readonly outgoing: readonly Outgoing[];
  readonly settle: (error?: unknown) => void;
  readonly timer: NodeJS.Timeout;
  settled: boolean;
};

const gatherMs = 2;
const mostGathered = 500;
const mostBuffered = 10_000;

/**
 * Gathers the messages of 2 ms, or 500, into one send, one send at a time so that a key keeps its order. Every caller
 * hears within the deadline; while the broker is known to be away, at once. Connects for ever in the background.
 */
export class KafkaProducer {
  private readonly kafka: Kafka;
  private readonly prepare: () => Promise<void>;
  private readonly backoff: Backoff;
  private readonly deadlineMs: number;
  private readonly stopping = new AbortController();
  private queue: Entry[] = [];
  /** Messages whose callers still wait. */
  private buffered = 0;
  private queued = 0;
  private down = false;
  private ring = () => {};
  private running: Promise<void> | undefined;

  /** `prepare` runs on every new connection, before anything is sent. */
  constructor(kafka: Kafka, prepare: () => Promise<void>, backoff: Backoff, deadlineMs: number) {
    this.kafka = kafka;
    this.prepare = prepare;
    this.backoff = backoff;
    this.deadlineMs = deadlineMs;
  }

  start(): void {
    this.running ??= this.run();
  }

  /** Resolves when the broker has them on every replica that is in sync; else `engine-unavailable`. */
  send(outgoing: readonly Outgoing[]): Promise<void> {
    if (outgoing.length === 0) return Promise.resolve();
    if (this.down || this.stopping.signal.aborted) return Promise.reject(kafkaUnavailable("not connected"));
    if (this.buffered + outgoing.length > mostBuffered) return Promise.reject(kafkaUnavailable("buffer full"));
    return new Promise((resolve, reject) => {
      const entry: Entry = {
        outgoing,
        settled: false,
        timer: setTimeout(() => entry.settle("too late"), this.deadlineMs),
        settle: (error) => {
          if (entry.settled) return;
          entry.settled = true;
          clearTimeout(entry.timer);
          this.buffered -= outgoing.length;
          if (error === undefined) resolve();
          else reject(kafkaUnavailable(error));
        },
      };
      this.queue.push(entry);
      this.buffered += outgoing.length;
      this.queued += outgoing.length;
      if (this.queue.length === 1) setTimeout(() => this.ring(), gatherMs);
      if (this.queued >= mostGathered) this.ring();
    });
  }

  /** Sends what is buffered, if the broker answers within the deadline, and disconnects. */
  async stop(): Promise<void> {
    this.stopping.abort();
    this.ring();
    if (this.running !== undefined) await withDeadline(this.running, this.deadlineMs).catch(() => {});
    this.fail("stopped");
  }

  private async run(): Promise<void> {
    const { signal } = this.stopping;
    for (let failures = 0; !signal.aborted || this.queue.length > 0; ) {
      const producer = this.kafka.producer({
        createPartitioner: Partitioners.DefaultPartitioner,
        allowAutoTopicCreation: false,
      });
      let sending: Promise<unknown> = Promise.resolve();
      try {
        await producer.connect();
        await this.prepare();
        this.down = false;
        for (;;) {
          const entries = await this.gathered();
          if (entries.length === 0) break;
          failures = 0;
          sending = this.sendAll(producer, entries);
          await withDeadline(sending, this.deadlineMs).catch((error) => {
            for (const entry of entries) entry.settle(error);
            throw error;
          });
        }
      } catch (error) {
        this.down = true;
        failures += 1;
        this.fail(error);
      }
      // A send that is stuck reconnects by itself when its socket closes, so the producer goes only after it.
      const gone = sending.catch(() => {}).then(() => producer.disconnect());
      gone.catch(() => {});
      if (this.down) await sleep(this.backoff(failures), undefined, { signal }).catch(() => {});
      else await gone.catch(() => {});
    }
  }

  /** The next entries to send; none once it stops. */
  private async gathered(): Promise<readonly Entry[]> {
    if (this.queued < mostGathered && !this.stopping.signal.aborted)
      await new Promise<void>((resolve) => {
        this.ring = resolve;
        if (this.queue.length > 0) setTimeout(resolve, gatherMs);
      });
    const entries: Entry[] = [];
    let count = 0;
    while (this.queue.length > 0 && count < mostGathered) {
      const entry = this.queue.shift() as Entry;
      this.queued -= entry.outgoing.length;
      if (entry.settled) continue;
      entries.push(entry);
      count += entry.outgoing.length;
    }
    if (entries.length === 0 && !this.stopping.signal.aborted) return this.gathered();
    return entries;
  }

  private async sendAll(producer: Producer, entries: readonly Entry[]): Promise<void> {
    const byTopic = new Map<string, OutgoingMessage[]>();
    for (const { outgoing } of entries)
      for (const { topic, message } of outgoing) {
        const messages = byTopic.get(topic);
        if (messages === undefined) byTopic.set(topic, [message]);
        else messages.push(message);
      }
    const topicMessages = [...byTopic].map(([topic, messages]) => ({ topic, messages }));
    await producer.sendBatch({ acks: -1, timeout: this.deadlineMs, topicMessages });
    for (const entry of entries) entry.settle();
  }

  private fail(error: unknown): void {
    for (const entry of this.queue) entry.settle(error);
    this.queue = [];
    this.queued = 0;
  }
}
