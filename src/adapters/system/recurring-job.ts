/**
 * Runs a job repeatedly, one run at a time: `everyMs` after the end of the last run, or immediately when woken.
 * A run that throws is reported to `failed` and repeated at the next turn.
 */
export class RecurringJob {
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | undefined;
  private isWoken = false;
  private isStarted = false;
  private readonly run: () => Promise<unknown>;
  private readonly everyMs: number;
  private readonly failed: (error: unknown) => void;

  constructor(run: () => Promise<unknown>, everyMs: number, failed: (error: unknown) => void) {
    this.run = run;
    this.everyMs = everyMs;
    this.failed = failed;
  }

  /** Starts the first run. */
  start(): void {
    this.isStarted = true;
    this.wake();
  }

  /** Starts a run now, or right after the current one. Has no effect before `start` and after `stop`. */
  readonly wake = (): void => {
    if (!this.isStarted) return;
    if (this.running !== undefined) {
      this.isWoken = true;
      return;
    }
    clearTimeout(this.timer);
    this.running = this.turn();
  };

  /** Waits for the current run and starts no other. */
  async stop(): Promise<void> {
    this.isStarted = false;
    clearTimeout(this.timer);
    await this.running;
  }

  private async turn(): Promise<void> {
    do {
      this.isWoken = false;
      try {
        await this.run();
      } catch (error) {
        this.isWoken = false;
        this.failed(error);
      }
    } while (this.isWoken && this.isStarted);
    this.running = undefined;
    if (this.isStarted) this.timer = setTimeout(this.wake, this.everyMs);
  }
}
