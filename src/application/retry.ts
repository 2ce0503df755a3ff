import type { Timers } from "./ports/timers.js";

/** Returns the pause after the given number of failures in a row (from 1), ms. */
export type Backoff = (failures: number) => number;

/**
 * Doubles the pause from `firstMs` to `maxMs`. `random` (0 to 1) decides half of it, so that those who failed together
 * do not retry together.
 */
export const jitteredBackoff =
  (firstMs: number, maxMs: number, random: () => number): Backoff =>
  (failures) =>
    Math.min(maxMs, firstMs * 2 ** (failures - 1)) * (0.5 + random() / 2);

export type RetryLoopOptions = {
  readonly timers: Timers;
  readonly backoff: Backoff;
  /** One round of work. Returns how long to rest before the next round, ms. */
  readonly round: () => Promise<number>;
  /** Receives the error of a round and the number of failures in a row. */
  readonly onFailure?: (error: unknown, failures: number) => void;
};

/** Repeats a round of work until it is stopped. A round that throws is repeated after a growing pause. */
export class RetryLoop {
  private readonly options: RetryLoopOptions;
  private failures = 0;
  private woken = false;
  private ended = false;
  private running: Promise<void> | undefined;
  private endRest = () => {};
  private endPause = () => {};
  private announceStop = () => {};
  /** Resolves when `stop` is called: for a round that lasts as long as a connection. */
  readonly stopped = new Promise<void>((resolve) => {
    this.announceStop = resolve;
  });

  constructor(options: RetryLoopOptions) {
    this.options = options;
  }

  get isStopped(): boolean {
    return this.ended;
  }

  start(): void {
    this.running ??= this.run();
  }

  /** Ends the rest before the next round, but not the pause after a failure. */
  wake(): void {
    this.woken = true;
    this.endRest();
  }

  /** Forgets the failures so far: for a round that lasts as long as a connection. */
  succeeded(): void {
    this.failures = 0;
  }

  /** Resolves when the current round has ended. No other round follows. */
  async stop(): Promise<void> {
    this.ended = true;
    this.announceStop();
    this.endRest();
    this.endPause();
    await this.running;
  }

  private async run(): Promise<void> {
    const { round, backoff, onFailure } = this.options;
    while (!this.ended) {
      this.woken = false;
      try {
        const restMs = await round();
        this.succeeded();
        if (restMs > 0 && !this.woken) await this.sleep(restMs, "endRest");
      } catch (error) {
        this.failures += 1;
        onFailure?.(error, this.failures);
        await this.sleep(backoff(this.failures), "endPause");
      }
    }
  }

  private async sleep(ms: number, end: "endRest" | "endPause"): Promise<void> {
    if (this.ended) return;
    await new Promise<void>((resolve) => {
      const cancel = ms === Number.POSITIVE_INFINITY ? () => {} : this.options.timers.after(ms, resolve);
      this[end] = () => {
        cancel();
        resolve();
      };
    });
    this[end] = () => {};
  }
}
