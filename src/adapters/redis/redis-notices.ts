import { Listeners } from "../../application/notices/listeners.js";
import type { Notices, WatchedBoards } from "../../application/ports/notices.js";
import type { OrderId, TaskId } from "../../domain/ids.js";
import type { Task } from "../../domain/task.js";
import type { RedisClient } from "./redis-client.js";
import { boardNoticesChannel, orderNoticesChannel, taskNoticesChannel } from "./redis-keys.js";

const maxNoticesPerMessage = 500;

/** One kind of notice: its channel, and the key of a received value (`undefined`: the value is not such a notice). */
type Kind<Key> = { readonly channel: string; readonly keyOf: (value: unknown) => Key | undefined };

/** Notices on one Redis channel per kind. Every process receives every notice and passes it to its own listeners. */
class RedisNotices<Key, Notice = Key> implements Notices<Key, Notice> {
  private readonly client: RedisClient;
  private readonly kind: Kind<Key>;
  private readonly onError: (error: unknown) => void;
  private readonly listeners: Listeners<Key, Notice>;

  /** @param onError receives why a message was not sent, and what a listener threw */
  constructor(client: RedisClient, kind: Kind<Key>, onError: (error: unknown) => void) {
    this.client = client;
    this.kind = kind;
    this.onError = onError;
    this.listeners = new Listeners(onError);
  }

  /** Subscribes to the channel. If Redis is unreachable, the subscription follows when it is reachable again. */
  start(): Promise<void> {
    return this.client.listen(this.kind.channel, (message) => {
      for (const value of valuesIn(message)) {
        const key = this.kind.keyOf(value);
        if (key !== undefined) this.listeners.notify(key, value as Notice);
      }
    });
  }

  announce(notices: readonly Notice[]): void {
    for (let from = 0; from < notices.length; from += maxNoticesPerMessage) {
      const message = JSON.stringify(notices.slice(from, from + maxNoticesPerMessage));
      this.client.publish(this.kind.channel, message).catch(this.onError);
    }
  }

  subscribe(key: Key, listener: (notice: Notice) => void): () => void {
    return this.listeners.add(key, listener);
  }
}

/** Returns the values of a message; none if it is malformed, because a notice may be lost anyway. */
const valuesIn = (message: string): readonly unknown[] => {
  try {
    const values: unknown = JSON.parse(message);
    return Array.isArray(values) ? values : [];
  } catch {
    return [];
  }
};

const settled: ReadonlySet<unknown> = new Set<Task["status"]>(["succeeded", "failed"]);

const taskKind: Kind<TaskId> = {
  channel: taskNoticesChannel,
  keyOf: (value) => {
    const task = value as Partial<Task> | null;
    return settled.has(task?.status) ? task?.taskId : undefined;
  },
};
// A value that is no id has no listeners.
const orderKind: Kind<OrderId> = { channel: orderNoticesChannel, keyOf: (value) => value as OrderId };
const boardKind: Kind<WatchedBoards> = { channel: boardNoticesChannel, keyOf: (value) => value as WatchedBoards };

/** @param onError as `RedisNotices` */
export const redisTaskNotices = (client: RedisClient, onError: (error: unknown) => void) =>
  new RedisNotices<TaskId, Task>(client, taskKind, onError);

/** @param onError as `RedisNotices` */
export const redisOrderNotices = (client: RedisClient, onError: (error: unknown) => void) =>
  new RedisNotices(client, orderKind, onError);

/** @param onError as `RedisNotices` */
export const redisBoardNotices = (client: RedisClient, onError: (error: unknown) => void) =>
  new RedisNotices(client, boardKind, onError);
