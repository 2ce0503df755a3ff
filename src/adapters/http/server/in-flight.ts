import { setTimeout as sleep } from "node:timers/promises";
import type { EdgeResponse } from "./exchange.js";

const sweepMs = 50;

/**
 * Requests that are being answered, oldest first, so that one timer for all finds those past their deadline.
 * Streams leave it when they begin.
 */
export class InFlight {
  /** Set once, when the server begins to stop: answers then close their connections. */
  stopping = false;
  private readonly open = new Set<EdgeResponse>();
  private readonly deadlineMs: number;
  private timer: NodeJS.Timeout | undefined;

  constructor(deadlineMs: number) {
    this.deadlineMs = deadlineMs;
  }

  add(response: EdgeResponse): void {
    this.open.add(response);
  }

  remove(response: EdgeResponse): void {
    this.open.delete(response);
  }

  /** Calls `late` once for each request that has no answer at its deadline. */
  start(late: (response: EdgeResponse) => void): void {
    this.timer = setInterval(() => {
      const dueAt = performance.now() - this.deadlineMs;
      for (const response of this.open) {
        if (response.req.startedAt > dueAt) break;
        this.open.delete(response);
        late(response);
      }
    }, sweepMs).unref();
  }

  /** Resolves when nothing is being answered, or after `ms`. */
  async settled(ms: number): Promise<void> {
    const until = performance.now() + ms;
    while (this.open.size > 0 && performance.now() < until) await sleep(20);
  }

  stop(): void {
    clearInterval(this.timer);
  }
}
