import type { Timers } from "../../src/application/ports/timers.js";

/** Timers that run only when a test moves the time. */
export class ManualTimers implements Timers {
  private time = 0;
  private pending: { readonly at: number; readonly run: () => void }[] = [];

  now(): number {
    return this.time;
  }

  soon(run: () => void): void {
    setImmediate(run);
  }

  after(ms: number, run: () => void): () => void {
    const timer = { at: this.time + ms, run };
    this.pending.push(timer);
    return () => {
      this.pending = this.pending.filter((other) => other !== timer);
    };
  }

  /** Moves the time and runs what becomes due, in order of time. */
  advance(ms: number): void {
    const until = this.time + ms;
    for (;;) {
      const [next] = this.pending.filter(({ at }) => at <= until).sort((a, b) => a.at - b.at);
      if (next === undefined) break;
      this.pending = this.pending.filter((other) => other !== next);
      this.time = next.at;
      next.run();
    }
    this.time = until;
  }
}
