import { Listeners } from "../../application/notices/listeners.js";
import type { BoardNotices, Notices, OrderNotices, TaskNotices } from "../../application/ports/notices.js";

type OnError = (error: unknown) => void;
const ignore: OnError = () => {};

/** Notices within one process. `announce` calls the listeners before it returns. */
class MemoryNotices<Key, Notice> implements Notices<Key, Notice> {
  private readonly listeners: Listeners<Key, Notice>;
  private readonly keyOf: (notice: Notice) => Key;

  constructor(keyOf: (notice: Notice) => Key, onError: OnError) {
    this.listeners = new Listeners(onError);
    this.keyOf = keyOf;
  }

  announce(notices: readonly Notice[]): void {
    for (const notice of notices) this.listeners.notify(this.keyOf(notice), notice);
  }

  subscribe(key: Key, listener: (notice: Notice) => void): () => void {
    return this.listeners.add(key, listener);
  }
}

/** @param onError receives what a listener threw */
export const memoryTaskNotices = (onError = ignore): TaskNotices => new MemoryNotices((task) => task.taskId, onError);

/** @param onError as `memoryTaskNotices` */
export const memoryOrderNotices = (onError = ignore): OrderNotices => new MemoryNotices((orderId) => orderId, onError);

/** @param onError as `memoryTaskNotices` */
export const memoryBoardNotices = (onError = ignore): BoardNotices => new MemoryNotices((boards) => boards, onError);
