import { channel } from "node:diagnostics_channel";
import { type Kafka, Partitioners, type Producer } from "kafkajs";
import { Gatherer } from "../../application/gatherer.js";
import type { Entry } from "../../application/gatherer-entry.js";
import type { BackendUse } from "../../application/ports/backend-use.js";
import type { Timers } from "../../application/ports/timers.js";
import { type Backoff, RetryLoop } from "../../application/retry.js";
import type { DomainEvent, EventType } from "../../domain/event.js";
import { withDeadline } from "./kafka-client.js";
import { kafkaUnavailable } from "./kafka-errors.js";
import { encodeMessages } from "./wire-format.js";

export type ProducerNeeds = {
  readonly kafka: Kafka;
  readonly timers: Timers;
  readonly topicOf: (type: EventType) => string;
  /** Runs on every new connection, before anything is sent. */
  readonly prepare: () => Promise<void>;
  readonly reconnect: Backoff;
  /** How long a send may take, ms. */
  readonly timeoutMs: number;
};

const uses = channel("rushboard:backend");
const publishUse = (error: unknown): void => {
  const use: BackendUse = { backend: "kafka", kind: "sends", error };
  uses.publish(use);
};

/** A connection that may still be pending. */
class Connection {
  resolve: (producer: Producer) => void = () => {};
  reject: (error: unknown) => void = () => {};
  readonly producer = new Promise<Producer>((resolve, reject) => {
    this.resolve = resolve;
    this.reject = reject;
  });

  constructor() {
    this.producer.catch(() => {});
  }
}

/**
 * Gathers events for up to 20 ms into one send, one send at a time, so that every key keeps its order. Reconnects in
 * the background for as long as it takes; while the broker is known to be unreachable, sends fail immediately.
 */
export class KafkaProducer {
  private readonly needs: ProducerNeeds;
  private readonly gatherer: Gatherer<"all", readonly DomainEvent[], void>;
  private readonly loop: RetryLoop;
  private connection = new Connection();
  private down = false;
  private stopping = false;
  private sending: Promise<unknown> = Promise.resolve();
  private breakSession = (_: unknown) => {};

  constructor(needs: ProducerNeeds) {
    this.needs = needs;
    const { timers, timeoutMs, reconnect } = needs;
    this.gatherer = new Gatherer({
      bounds: { batchSize: 500, inFlight: 1, capacity: 10_000, timeoutMs, lingerMs: 20 },
      timers,
      sizeOf: (events) => events.length,
      unavailable: kafkaUnavailable,
      work: (_, entries) => this.sendAll(entries),
    });
    this.loop = new RetryLoop({ timers, backoff: reconnect, round: () => this.session() });
  }

  start(): void {
    this.loop.start();
  }

  /** Whether the last connection or send failed and no connection has succeeded since. */
  get isDown(): boolean {
    return this.down;
  }

  /** Ends the connection and opens a new one, to read the topics again. */
  reconnect(reason: string): void {
    this.down = true;
    this.breakSession(new Error(reason));
  }

  /**
   * Resolves when every in-sync replica has the events.
   * @throws DomainError `engine-unavailable` if the broker is unreachable or too slow, or 10,000 events are waiting
   */
  async send(events: readonly DomainEvent[]): Promise<void> {
    if (events.length === 0) return;
    if (this.down || this.stopping) throw kafkaUnavailable("not connected");
    await this.gatherer.add("all", events);
  }

  /** Sends what is waiting, if the broker answers in time, and disconnects. */
  async stop(): Promise<void> {
    const { timeoutMs, timers } = this.needs;
    this.stopping = true;
    await withDeadline(this.gatherer.drain(), timeoutMs, timers).catch(() => {});
    await withDeadline(this.loop.stop(), timeoutMs, timers).catch(() => {});
  }

  /** Stays connected until the loop stops or a send fails. @throws the error of the connection or the send */
  private async session(): Promise<number> {
    const producer = this.needs.kafka.producer({
      createPartitioner: Partitioners.DefaultPartitioner,
      allowAutoTopicCreation: false,
    });
    const broken = new Promise<never>((_, reject) => {
      this.breakSession = reject;
    });
    broken.catch(() => {});
    try {
      await producer.connect();
      await this.needs.prepare();
      this.down = false;
      this.connection.resolve(producer);
      await Promise.race([broken, this.loop.stopped]);
      await producer.disconnect();
    } catch (error) {
      this.down = true;
      this.connection.reject(error);
      this.connection = new Connection();
      // A send that hangs reconnects by itself when its socket closes. So the producer is disconnected after the send.
      void this.sending
        .catch(() => {})
        .then(() => producer.disconnect())
        .catch(() => {});
      throw error;
    }
    return 0;
  }

  private async sendAll(entries: readonly Entry<readonly DomainEvent[], void>[]): Promise<void> {
    if (this.down) throw kafkaUnavailable("not connected");
    const { timeoutMs, timers, topicOf } = this.needs;
    const topicMessages = [...byType(entries.flatMap(({ item }) => item))].map(([type, events]) => ({
      topic: topicOf(type),
      messages: [...encodeMessages(events)],
    }));
    try {
      const producer = await this.connection.producer;
      this.sending = producer.sendBatch({ acks: -1, timeout: timeoutMs, topicMessages });
      await withDeadline(this.sending, timeoutMs, timers);
    } catch (error) {
      this.down = true;
      this.breakSession(error);
      const failure = kafkaUnavailable(error);
      publishUse(failure);
      throw failure;
    }
    publishUse(undefined);
    this.loop.succeeded();
    for (const entry of entries) entry.resolve();
  }
}

const byType = (events: readonly DomainEvent[]): ReadonlyMap<EventType, readonly DomainEvent[]> => {
  const types = new Map<EventType, DomainEvent[]>();
  for (const event of events) {
    const ofType = types.get(event.type);
    if (ofType === undefined) types.set(event.type, [event]);
    else ofType.push(event);
  }
  return types;
};
