import { channel } from "node:diagnostics_channel";
import type { BackendUse } from "../../application/ports/backend-use.js";
import { isBackendUnavailable } from "../../domain/problem.js";
import { parseRedisAddress, type RedisAddress } from "./redis-address.js";
import { unavailableOr } from "./redis-errors.js";
import { probeKeys } from "./redis-keys.js";
import { RedisLink } from "./redis-link.js";
import { RedisListener } from "./redis-listener.js";
import { shownState } from "./redis-replies.js";
import type { ScriptName } from "./redis-scripts.js";

type Argument = string | number;
type Scripted = Readonly<Record<ScriptName, (...args: readonly Argument[]) => Promise<unknown>>>;

const latency = channel("rushboard:redis");
const uses = channel("rushboard:backend");

/** Publishes the result of a use, unless its error is not about Redis. Returns the error. */
const published = (kind: string, error: unknown): unknown => {
  const use: BackendUse = { backend: "redis", kind, error };
  if (uses.hasSubscribers && (error === undefined || isBackendUnavailable(error))) uses.publish(use);
  return error;
};

/** A Redis server or Cluster. Every command completes or fails within about a second. */
export class RedisClient {
  private readonly link: RedisLink;
  private readonly onError: (error: Error) => void;
  private readonly listeners: RedisListener[] = [];

  /** Use `openRedis`. */
  constructor(address: RedisAddress, onError: (error: Error) => void) {
    this.onError = onError;
    this.link = new RedisLink(address, {
      onError,
      // A subscriber's connection may lead to the same server.
      onWrongServer: () => {
        for (const listener of this.listeners) listener.reconnect();
      },
    });
  }

  /** Connects; if Redis is unreachable, resolves and keeps trying in the background. */
  start(): Promise<void> {
    return this.link.start();
  }

  /** Closes every connection, after the replies to the commands in progress if Redis still replies. */
  async stop(): Promise<void> {
    for (const listener of this.listeners) listener.stop();
    await this.link.stop();
  }

  /**
   * Resolves if Redis serves writes of scripts, on all nodes of a Cluster.
   * @throws DomainError `engine-unavailable`
   */
  async ping(): Promise<void> {
    await Promise.all(probeKeys(this.link.isCluster).map((key) => this.run("probe", [key], Date.now())));
  }

  /**
   * Runs a script. It must be safe to run twice, because the client resends commands that a lost connection left open.
   * @throws DomainError `engine-unavailable` if Redis is unreachable, silent for a second, or unable to serve
   */
  run(script: ScriptName, keys: readonly string[], ...args: readonly Argument[]): Promise<unknown> {
    return this.timed(script, () => (this.link.connection as unknown as Scripted)[script](...keys, ...args));
  }

  /**
   * Sends plain commands in one round trip, each safe to run twice. They cost Redis less than a script, which copies
   * every argument twice.
   * @throws DomainError `engine-unavailable` as `run`
   */
  async send(...commands: readonly (readonly [name: string, ...Argument[]])[]): Promise<void> {
    await this.timed("commands", () =>
      Promise.all(commands.map(([name, ...args]) => this.link.connection.call(name, ...args))),
    );
  }

  /** @throws DomainError `engine-unavailable` as `run` */
  async publish(to: string, message: string): Promise<void> {
    await this.timed("notices", () => this.link.connection.publish(to, message));
  }

  /** Subscribes to a channel on a separate connection until `stop()`; resolves when subscribed or after one failure. */
  listen(to: string, onMessage: (message: string) => void): Promise<void> {
    const listener = new RedisListener((attempt) => this.link.nodeFor(attempt), to, onMessage, this.onError);
    this.listeners.push(listener);
    return listener.start();
  }

  /** @param kind what the work needs from Redis, for readiness */
  private async timed<T>(kind: string, work: () => Promise<T>): Promise<T> {
    const start = latency.hasSubscribers ? performance.now() : undefined;
    let failed = true;
    try {
      const reply = await this.attempt(work);
      failed = false;
      published(kind, undefined);
      return reply;
    } catch (error) {
      throw published(kind, unavailableOr(error));
    } finally {
      if (start !== undefined) latency.publish({ ms: performance.now() - start, failed });
    }
  }

  private async attempt<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      this.link.failed(error);
      if (shownState(error) !== "demoted") throw error;
      // The connection to the demoted server is closed, so this waits for the next one.
      return work();
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
