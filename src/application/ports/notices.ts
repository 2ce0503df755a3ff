import type { OrderId, TaskId } from "../../domain/ids.js";
import type { Task } from "../../domain/task.js";

/**
 * Announces changes to their subscribers in every process. A notice may be lost, repeated or out of order. So a
 * subscriber subscribes before it reads the current state, and reads it again at intervals.
 */
export interface Notices<Key, Notice = Key> {
  /** Sends notices in the background. Never throws. */
  announce(notices: readonly Notice[]): void;
  /** Calls `listener` with each notice of this key, until the returned function is called. */
  subscribe(key: Key, listener: (notice: Notice) => void): () => void;
}

/** Notices of settled tasks. Each carries its task. */
export type TaskNotices = Notices<TaskId, Task>;

/** Notices of changed orders. Each carries only the order's id. */
export type OrderNotices = Notices<OrderId>;

/** The boards that clients can watch. */
export type WatchedBoards = "sold-out" | "products";

/** Notices of changed boards. Each carries only the boards' name. */
export type BoardNotices = Notices<WatchedBoards>;
