import type { Redis } from "ioredis";
import { openNode, retryDelay } from "./redis-connection.js";

/** How often the subscription is made sure of, ms: a connection may die without a word. */
const checkMs = 5000;

/**
 * Hears a channel on a connection of its own. When that is lost it goes on to the next node, for every node of a
 * Cluster passes on what is published on any; what is published in between is lost.
 */
export class RedisListener {
  private readonly nodes: readonly string[];
  private readonly channel: string;
  private readonly hear: (message: string) => void;
  private readonly hearError: (error: Error) => void;
  private connection: Redis | undefined;
  private timer: NodeJS.Timeout | undefined;
  private stopped = false;

  constructor(
    nodes: readonly string[],
    channel: string,
    hear: (message: string) => void,
    hearError: (error: Error) => void,
  ) {
    this.nodes = nodes;
    this.channel = channel;
    this.hear = hear;
    this.hearError = hearError;
  }

  /** Resolves when it hears, or when the first attempt has failed; it goes on trying. */
  start(): Promise<void> {
    return this.listen(0, 0);
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
    this.connection?.disconnect();
  }

  private async listen(turn: number, tries: number): Promise<void> {
    const connection = openNode(this.nodes[turn % this.nodes.length] ?? "");
    this.connection = connection;
    let failures = tries + 1;
    connection.on("error", this.hearError);
    connection.on("message", (_, message) => this.hear(message));
    connection.on("end", () => {
      clearTimeout(this.timer);
      if (!this.stopped) this.timer = setTimeout(() => this.listen(turn + 1, failures), retryDelay(failures));
    });
    const subscribe = async () => {
      try {
        await connection.subscribe(this.channel);
        failures = 0;
        if (!this.stopped) this.timer = setTimeout(subscribe, checkMs);
      } catch {
        connection.disconnect();
      }
    };
    await subscribe();
  }
}
