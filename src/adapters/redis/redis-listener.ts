import type { Redis } from "ioredis";
import { openNode, type RedisNode, retryDelay } from "./redis-connection.js";

/** Interval of the repeated `SUBSCRIBE`, in ms. It detects a connection that is dead without an error. */
const resubscribeMs = 5000;

/**
 * Receives the messages of one channel on its own connection. After a lost connection it subscribes on the next node:
 * every node of a Cluster forwards what is published on any. Messages that are published in between are lost.
 */
export class RedisListener {
  private readonly nodeFor: (attempt: number) => RedisNode;
  private readonly channel: string;
  private readonly onMessage: (message: string) => void;
  private readonly onError: (error: Error) => void;
  private connection: Redis | undefined;
  private timer: NodeJS.Timeout | undefined;
  private stopped = false;

  /** @param nodeFor returns the node of an attempt to connect */
  constructor(
    nodeFor: (attempt: number) => RedisNode,
    channel: string,
    onMessage: (message: string) => void,
    onError: (error: Error) => void,
  ) {
    this.nodeFor = nodeFor;
    this.channel = channel;
    this.onMessage = onMessage;
    this.onError = onError;
  }

  /** Resolves when it is subscribed or the first attempt has failed. It retries until `stop`. */
  start(): Promise<void> {
    return this.listen(0, 0);
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
    this.connection?.disconnect();
  }

  /** Leaves a server that may be the wrong one. */
  reconnect(): void {
    this.connection?.disconnect();
  }

  private async listen(attempt: number, previousFailures: number): Promise<void> {
    const connection = openNode(this.nodeFor(attempt));
    this.connection = connection;
    let failures = previousFailures + 1;
    connection.on("error", this.onError);
    connection.on("message", (_, message) => this.onMessage(message));
    connection.on("end", () => {
      clearTimeout(this.timer);
      if (!this.stopped) this.timer = setTimeout(() => this.listen(attempt + 1, failures), retryDelay(failures));
    });
    const subscribe = async () => {
      try {
        await connection.subscribe(this.channel);
        failures = 0;
        if (!this.stopped) this.timer = setTimeout(subscribe, resubscribeMs);
      } catch {
        connection.disconnect();
      }
    };
    await subscribe();
  }
}
