import { channel } from "node:diagnostics_channel";
import type { Cluster, Redis } from "ioredis";
import { parseRedisAddress, type RedisAddress } from "./redis-address.js";
import { openConnection } from "./redis-connection.js";
import { unavailableOr } from "./redis-errors.js";
import { RedisListener } from "./redis-listener.js";
import type { ScriptName } from "./redis-scripts.js";

type Argument = string | number;
type Scripted = Readonly<Record<ScriptName, (...args: readonly Argument[]) => Promise<unknown>>>;

const latency = channel("rushboard:redis");

/** A Redis server or Cluster. Every command completes or fails within about a second. */
export class RedisClient {
  private readonly address: RedisAddress;
  private readonly onError: (error: Error) => void;
  private readonly connection: Redis | Cluster;
  private readonly listeners: RedisListener[] = [];

  /** Use `openRedis`. */
  constructor(address: RedisAddress, onError: (error: Error) => void) {
    this.address = address;
    this.onError = onError;
    this.connection = openConnection(address).on("error", onError);
  }

  /** Connects; if Redis is unreachable, resolves and keeps trying in the background. */
  async start(): Promise<void> {
    await this.connection.connect().catch(() => {});
  }

  /** Closes every connection, after the replies to the commands in progress if Redis still replies. */
  async stop(): Promise<void> {
    for (const listener of this.listeners) listener.stop();
    if (this.connection.status === "ready") await this.connection.quit().catch(() => {});
    this.connection.disconnect();
  }

  /** @throws DomainError `engine-unavailable` */
  async ping(): Promise<void> {
    await this.timed(() => this.connection.ping());
  }

  /**
   * Runs a script. It must be safe to run twice, because the client resends commands that a lost connection left open.
   * @throws DomainError `engine-unavailable` if Redis is unreachable, silent for a second, or unable to serve
   */
  run(script: ScriptName, keys: readonly string[], ...args: readonly Argument[]): Promise<unknown> {
    return this.timed(() => (this.connection as unknown as Scripted)[script](...keys, ...args));
  }

  /**
   * Sends plain commands in one round trip, each safe to run twice. They cost Redis less than a script, which copies
   * every argument twice.
   * @throws DomainError `engine-unavailable` as `run`
   */
  async send(...commands: readonly (readonly [name: string, ...Argument[]])[]): Promise<void> {
    await this.timed(() => Promise.all(commands.map(([name, ...args]) => this.connection.call(name, ...args))));
  }

  /** @throws DomainError `engine-unavailable` as `run` */
  async publish(to: string, message: string): Promise<void> {
    await this.timed(() => this.connection.publish(to, message));
  }

  /** Subscribes to a channel on a separate connection until `stop()`; resolves when subscribed or after one failure. */
  listen(to: string, onMessage: (message: string) => void): Promise<void> {
    const listener = new RedisListener(this.address.nodes, to, onMessage, this.onError);
    this.listeners.push(listener);
    return listener.start();
  }

  private async timed<T>(work: () => Promise<T>): Promise<T> {
    const start = latency.hasSubscribers ? performance.now() : undefined;
    let failed = true;
    try {
      const reply = await work();
      failed = false;
      return reply;
    } catch (error) {
      throw unavailableOr(error);
    } finally {
      if (start !== undefined) latency.publish({ ms: performance.now() - start, failed });
    }
  }
}

/**
 * Creates a client that opens no connection before `start()`.
 * @param address as `parseRedisAddress` reads it: one server, or a Cluster if it contains commas
 * @param onError receives the error of every lost connection and failed attempt
 */
export const openRedis = (address: string, onError: (error: Error) => void = () => {}): RedisClient =>
  new RedisClient(parseRedisAddress(address), onError);
