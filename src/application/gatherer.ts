import { type Entry, PendingEntry } from "./gatherer-entry.js";
import type { Timers } from "./ports/timers.js";

export type GathererBounds = {
  /** Items per batch. An item that counts as several may exceed it. */
  readonly batchSize: number;
  /** Batches of one key that may be in flight at the same time. */
  readonly inFlight: number;
  /** Items of all keys that are not finished yet; more are rejected. */
  readonly capacity: number;
  /** After this time an unfinished item is rejected, ms; checked every quarter of it. Its work may still complete. */
  readonly timeoutMs: number;
  /** How long a batch that is not full waits for more items, ms. 0 (default): it leaves with the items of this turn. */
  readonly lingerMs?: number;
};

export type GathererOptions<Key, Item, Result> = {
  readonly bounds: GathererBounds;
  readonly timers: Timers;
  /** Resolves or rejects every entry before it resolves. If it rejects, the entries that are not finished yet get its error. */
  readonly work: (key: Key, entries: readonly Entry<Item, Result>[]) => Promise<void>;
  /** Makes the error for an item of the key that does not fit (`full`) or has waited too long (`timeout`). */
  readonly unavailable: (reason: "full" | "timeout", key: Key) => Error;
  /** As how many items an item counts. Default: 1. */
  readonly sizeOf?: (item: Item) => number;
  /** Receives the number of entries of every batch. */
  readonly observe?: (size: number) => void;
};

/** The items of one key: those that wait, and the batches in flight. */
type Line<Item, Result> = {
  waiting: PendingEntry<Item, Result>[];
  /** The sizes of the waiting items together. */
  size: number;
  readonly inFlight: Set<readonly PendingEntry<Item, Result>[]>;
  /** Cancels the start of the next batch; `null` if none is scheduled. */
  cancelStart: (() => void) | null;
};

const noTimer = () => {};
const one = () => 1;

/** Removes the first waiting entries whose sizes reach `batchSize` together. */
const takeBatch = <Item, Result>(
  line: Line<Item, Result>,
  batchSize: number,
): readonly PendingEntry<Item, Result>[] => {
  let count = 0;
  let size = 0;
  for (const entry of line.waiting) {
    if (size >= batchSize) break;
    count += 1;
    size += entry.size;
  }
  line.size -= size;
  return line.waiting.splice(0, count);
};

/**
 * Batches concurrent calls naturally: a batch is what arrived for its key while `inFlight` batches were in flight. An
 * idle gatherer starts in the same turn of the event loop, so batching adds no wait. Items of a key keep their order.
 */
export class Gatherer<Key, Item, Result> {
  private readonly lines = new Map<Key, Line<Item, Result>>();
  private unfinished = 0;
  private watching = false;
  private drained: (() => void)[] = [];
  private readonly options: GathererOptions<Key, Item, Result>;

  constructor(options: GathererOptions<Key, Item, Result>) {
    this.options = options;
  }

  /** Resolves with the item's result. @throws the error that `work` rejects the item with, or `unavailable(…)` */
  add(key: Key, item: Item): Promise<Result> {
    const { bounds, timers, unavailable, sizeOf = one } = this.options;
    const size = sizeOf(item);
    if (this.unfinished + size > bounds.capacity) return Promise.reject(unavailable("full", key));
    this.unfinished += size;
    this.watch();
    let line = this.lines.get(key);
    if (line === undefined) {
      line = { waiting: [], size: 0, inFlight: new Set(), cancelStart: null };
      this.lines.set(key, line);
    }
    const { waiting } = line;
    line.size += size;
    const result = new Promise<Result>((resolve, reject) => {
      const finished = () => {
        this.unfinished -= size;
      };
      waiting.push(new PendingEntry(item, size, timers.now() + bounds.timeoutMs, { resolve, reject, finished }));
    });
    this.schedule(key, line);
    return result;
  }

  /** Starts what waits, and resolves when every item is finished and no batch is in flight. */
  async drain(): Promise<void> {
    for (const [key, line] of this.lines) this.start(key, line);
    if (this.lines.size > 0) await new Promise<void>((resolve) => this.drained.push(resolve));
  }

  private schedule(key: Key, line: Line<Item, Result>): void {
    const { bounds, timers } = this.options;
    const { batchSize, inFlight, lingerMs = 0 } = bounds;
    if (line.inFlight.size >= inFlight) return;
    const start = () => this.start(key, line);
    if (line.cancelStart !== null) {
      if (lingerMs > 0 && line.size >= batchSize) start();
    } else if (lingerMs > 0) line.cancelStart = timers.after(lingerMs, start);
    else {
      line.cancelStart = noTimer;
      timers.soon(start);
    }
  }

  private start(key: Key, line: Line<Item, Result>): void {
    line.cancelStart?.();
    line.cancelStart = null;
    const { batchSize, inFlight } = this.options.bounds;
    while (line.waiting.length > 0 && line.inFlight.size < inFlight) {
      const batch = takeBatch(line, batchSize).filter(({ finished }) => !finished);
      if (batch.length > 0) void this.run(key, line, batch);
    }
    this.release(key, line);
  }

  private async run(key: Key, line: Line<Item, Result>, batch: readonly PendingEntry<Item, Result>[]): Promise<void> {
    line.inFlight.add(batch);
    this.options.observe?.(batch.length);
    try {
      await this.options.work(key, batch);
      for (const entry of batch)
        if (!entry.finished) entry.reject(new Error("the batch ended without a result for this item"));
    } catch (error) {
      for (const entry of batch) entry.reject(error);
    }
    line.inFlight.delete(batch);
    // The callers of this batch continue before the next one starts, so what they add next can be part of it.
    if (line.waiting.length > 0) this.schedule(key, line);
    else this.release(key, line);
  }

  private release(key: Key, line: Line<Item, Result>): void {
    if (line.waiting.length > 0 || line.inFlight.size > 0 || this.lines.get(key) !== line) return;
    this.lines.delete(key);
    if (this.lines.size === 0) for (const resolve of this.drained.splice(0)) resolve();
  }

  /** One timer covers all entries: a timer per entry would cost more than most of the work. */
  private watch(): void {
    if (this.watching) return;
    this.watching = true;
    const { bounds, timers } = this.options;
    timers.after(bounds.timeoutMs / 4, () => {
      this.watching = false;
      this.rejectOverdue(timers.now());
      if (this.unfinished > 0) this.watch();
    });
  }

  private rejectOverdue(now: number): void {
    for (const [key, line] of this.lines) {
      for (const batch of [...line.inFlight, line.waiting])
        for (const entry of batch)
          if (entry.deadline <= now && !entry.finished) entry.reject(this.options.unavailable("timeout", key));
      // Batches may stay in flight for long, so rejected entries must not pile up behind them.
      line.waiting = line.waiting.filter(({ finished }) => !finished);
      line.size = line.waiting.reduce((sum, { size }) => sum + size, 0);
    }
  }
}
