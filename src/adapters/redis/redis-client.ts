import { channel } from "node:diagnostics_channel";
import type { Cluster, Redis } from "ioredis";
import { parseRedisAddress, type RedisAddress } from "./redis-address.js";
import { openConnection } from "./redis-connection.js";
import { told } from "./redis-errors.js";
import { RedisListener } from "./redis-listener.js";
import type { ScriptName } from "./redis-scripts.js";

type Argument = string | number;
type Scripted = Readonly<Record<ScriptName, (...args: readonly Argument[]) => Promise<unknown>>>;

const latency = channel("rushboard:redis");

/** One Redis or Redis Cluster. Whatever is asked of it is answered or fails within about a second. */
export class RedisClient {
  private readonly address: RedisAddress;
  private readonly hearError: (error: Error) => void;
  private readonly connection: Redis | Cluster;
  private readonly listeners: RedisListener[] = [];

  /** Use `openRedis`. */
  constructor(address: RedisAddress, hearError: (error: Error) => void) {
    this.address = address;
    this.hearError = hearError;
    this.connection = openConnection(address).on("error", hearError);
  }

  /** Begins to connect, and goes on in the background where Redis is away. */
  async start(): Promise<void> {
    await this.connection.connect().catch(() => {});
  }

  /** Ends every connection; what is under way is answered first, where Redis still answers. */
  async stop(): Promise<void> {
    for (const listener of this.listeners) listener.stop();
    if (this.connection.status === "ready") await this.connection.quit().catch(() => {});
    this.connection.disconnect();
  }

  /** @throws DomainError `engine-unavailable` where Redis does not answer */
  async ping(): Promise<void> {
    await this.timed(() => this.connection.ping());
  }

  /**
   * Runs a script, which must be safe to run twice: the client sends again what a lost connection left unanswered.
   * @throws DomainError `engine-unavailable` where Redis is away, silent for a second, or cannot serve now
   */
  run(script: ScriptName, keys: readonly string[], ...args: readonly Argument[]): Promise<unknown> {
    return this.timed(() => (this.connection as unknown as Scripted)[script](...keys, ...args));
  }

  /**
   * Sends plain commands together, each safe to run twice: where none depends on another they cost Redis less than a
   * script, which is given every argument twice.
   * @throws DomainError `engine-unavailable` as `run`
   */
  async send(...commands: readonly (readonly [name: string, ...Argument[]])[]): Promise<void> {
    await this.timed(() => Promise.all(commands.map(([name, ...args]) => this.connection.call(name, ...args))));
  }

  /** @throws DomainError `engine-unavailable` as `run` */
  async publish(to: string, message: string): Promise<void> {
    await this.timed(() => this.connection.publish(to, message));
  }

  /** Hears a channel on a connection of its own, from when it resolves or as soon as Redis is there, until `stop()`. */
  listen(to: string, hear: (message: string) => void): Promise<void> {
    const listener = new RedisListener(this.address.nodes, to, hear, this.hearError);
    this.listeners.push(listener);
    return listener.start();
  }

  private async timed<T>(work: () => Promise<T>): Promise<T> {
    const begun = latency.hasSubscribers ? performance.now() : undefined;
    let failed = true;
    try {
      const answer = await work();
      failed = false;
      return answer;
    } catch (error) {
      throw told(error);
    } finally {
      if (begun !== undefined) latency.publish({ ms: performance.now() - begun, failed });
    }
  }
}

/**
 * A client that opens no connection before `start()`.
 * @param address as `parseRedisAddress` reads it: one Redis, or with commas a Cluster
 * @param hearError hears of every lost connection and every failed attempt
 */
export const openRedis = (address: string, hearError: (error: Error) => void = () => {}): RedisClient =>
  new RedisClient(parseRedisAddress(address), hearError);
