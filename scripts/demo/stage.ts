import { setMaxListeners } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";

/** Where things go on beside each other, until the show is over. */
export class Stage {
  /** Resolves when the show is over; rejects where something went wrong before. */
  readonly over: Promise<void>;
  private readonly ending = new AbortController();
  private readonly running = new Set<Promise<void>>();
  private settle: { readonly end: () => void; readonly fail: (error: unknown) => void } | undefined;

  constructor() {
    // Everybody who pauses listens for the end.
    setMaxListeners(0, this.ending.signal);
    this.over = new Promise((end, fail) => {
      this.settle = { end, fail };
    });
  }

  get isOver(): boolean {
    return this.ending.signal.aborted;
  }

  /** Nothing begins any more, and every pause is cut short. */
  end(): void {
    this.settle?.end();
    this.ending.abort();
  }

  /** Ends the show for this reason; after the end nothing can go wrong any more. */
  fail(error: unknown): void {
    this.settle?.fail(error);
    this.ending.abort();
  }

  /** One line of what happens. */
  say(words: string): void {
    if (!this.isOver) console.log(`${new Date().toTimeString().slice(0, 8)}  ${words}`);
  }

  /** Waits, and answers whether the show still goes on. */
  async pause(ms: number): Promise<boolean> {
    await sleep(ms, undefined, { signal: this.ending.signal }).catch(() => {});
    return !this.isOver;
  }

  /** Begins to act, and waits for nothing. */
  go(act: () => Promise<unknown>): void {
    if (this.isOver) return;
    const run: Promise<void> = act()
      .then(
        () => {},
        (error: unknown) => this.fail(error),
      )
      .finally(() => this.running.delete(run));
    this.running.add(run);
  }

  /** Resolves when whatever was begun has come to its end. */
  async quiet(): Promise<void> {
    while (this.running.size > 0) await Promise.all(this.running);
  }
}
