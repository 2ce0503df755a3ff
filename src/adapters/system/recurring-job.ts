/**
 * Runs a job again and again, never twice at once: `everyMs` after the end of the last run, or at once when poked.
 * A run that throws is told to `failed` and tried again at the next turn.
 */
export class RecurringJob {
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | undefined;
  private poked = false;
  private started = false;
  private readonly run: () => Promise<unknown>;
  private readonly everyMs: number;
  private readonly failed: (error: unknown) => void;

  constructor(run: () => Promise<unknown>, everyMs: number, failed: (error: unknown) => void) {
    this.run = run;
    this.everyMs = everyMs;
    this.failed = failed;
  }

  /** Runs for the first time now. */
  start(): void {
    this.started = true;
    this.poke();
  }

  /** Asks for a run now, or right after the one that is running. */
  readonly poke = (): void => {
    if (!this.started) return;
    if (this.running !== undefined) {
      this.poked = true;
      return;
    }
    clearTimeout(this.timer);
    this.running = this.turn();
  };

  /** Lets a running turn end and begins no other. */
  async stop(): Promise<void> {
    this.started = false;
    clearTimeout(this.timer);
    await this.running;
  }

  private async turn(): Promise<void> {
    do {
      this.poked = false;
      try {
        await this.run();
      } catch (error) {
        this.poked = false;
        this.failed(error);
      }
    } while (this.poked && this.started);
    this.running = undefined;
    if (this.started) this.timer = setTimeout(this.poke, this.everyMs);
  }
}
