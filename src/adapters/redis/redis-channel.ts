import type { RedisClient } from "./redis-client.js";

const thingsAMessage = 500;

/** A channel on which every node says things and hears them, its own as well. What is said may be lost. */
export class RedisChannel {
  private readonly client: RedisClient;
  private readonly name: string;
  private readonly failed: (error: unknown) => void;

  /** @param failed hears of messages that were not sent */
  constructor(client: RedisClient, name: string, failed: (error: unknown) => void) {
    this.client = client;
    this.name = name;
    this.failed = failed;
  }

  /** Hears each thing, whatever it is, on a connection of its own; where Redis is away, as soon as it is back. */
  hear(hear: (thing: unknown) => void): Promise<void> {
    return this.client.listen(this.name, (message) => {
      for (const thing of thingsIn(message)) hear(thing);
    });
  }

  /** Says things, which JSON must bear, gathered in as few messages as may be. Never throws. */
  say(things: readonly unknown[]): void {
    for (let from = 0; from < things.length; from += thingsAMessage)
      this.client.publish(this.name, JSON.stringify(things.slice(from, from + thingsAMessage))).catch(this.failed);
  }
}

/** None where the message is malformed: it may as well have been lost. */
const thingsIn = (message: string): readonly unknown[] => {
  try {
    const things: unknown = JSON.parse(message);
    return Array.isArray(things) ? things : [];
  } catch {
    return [];
  }
};
