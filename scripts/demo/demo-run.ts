import { setMaxListeners } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";

/** The concurrent tasks of the demo, and its end. */
export class DemoRun {
  /** Resolves when the demo ends; rejects if a task fails before. */
  readonly ended: Promise<void>;
  private readonly controller = new AbortController();
  private readonly tasks = new Set<Promise<void>>();
  private settle: { readonly end: () => void; readonly fail: (error: unknown) => void } | undefined;

  constructor() {
    // Every sleeping task listens for the end.
    setMaxListeners(0, this.controller.signal);
    this.ended = new Promise((end, fail) => {
      this.settle = { end, fail };
    });
  }

  get isOver(): boolean {
    return this.controller.signal.aborted;
  }

  /** Ends the demo: no new task starts, and sleeping tasks wake up. */
  end(): void {
    this.settle?.end();
    this.controller.abort();
  }

  /** Ends the demo with an error. Has no effect after the end. */
  fail(error: unknown): void {
    this.settle?.fail(error);
    this.controller.abort();
  }

  /** Prints a line with the time. */
  log(text: string): void {
    if (!this.isOver) console.log(`${new Date().toTimeString().slice(0, 8)}  ${text}`);
  }

  /** Sleeps, and returns whether the demo still runs. */
  async sleep(ms: number): Promise<boolean> {
    await sleep(ms, undefined, { signal: this.controller.signal }).catch(() => {});
    return !this.isOver;
  }

  /** Starts a task in the background. */
  start(task: () => Promise<unknown>): void {
    if (this.isOver) return;
    const run: Promise<void> = task()
      .then(
        () => {},
        (error: unknown) => this.fail(error),
      )
      .finally(() => this.tasks.delete(run));
    this.tasks.add(run);
  }

  /** Waits until all started tasks have ended. */
  async waitForTasks(): Promise<void> {
    while (this.tasks.size > 0) await Promise.all(this.tasks);
  }
}
