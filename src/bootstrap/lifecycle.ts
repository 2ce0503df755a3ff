import { systemTimers } from "../adapters/system/system-timers.js";
import { timeoutAfter } from "../application/timeout-after.js";

/** A part of the service that starts and stops. */
export type Step = {
  readonly name: string;
  readonly start?: () => Promise<unknown> | unknown;
  readonly stop?: () => Promise<unknown> | unknown;
  /** Time that stopping may take, ms; then the next step is stopped. */
  readonly deadlineMs?: number;
};

/** Starts steps in order, and stops the started steps in reverse order, each with a deadline. */
export class Lifecycle {
  private readonly started: Step[] = [];
  private stopping: Promise<void> | undefined;
  private readonly failed: (step: string, error: unknown) => void;

  constructor(failed: (step: string, error: unknown) => void) {
    this.failed = failed;
  }

  /** @throws the error of a step, after all started steps are stopped */
  async start(steps: readonly Step[]): Promise<void> {
    for (const step of steps) {
      this.started.push(step);
      try {
        await step.start?.();
      } catch (error) {
        await this.stop();
        throw error;
      }
    }
  }

  /** Stops everything once; later calls return the same promise. */
  stop(): Promise<void> {
    this.stopping ??= this.stopAll();
    return this.stopping;
  }

  private async stopAll(): Promise<void> {
    for (const step of [...this.started].reverse()) {
      try {
        const ms = step.deadlineMs ?? 5000;
        const result = await timeoutAfter(ms, systemTimers)(Promise.resolve(step.stop?.()));
        if (result === "late") throw new Error(`not stopped within ${ms} ms`);
      } catch (error) {
        this.failed(step.name, error);
      }
    }
  }
}
