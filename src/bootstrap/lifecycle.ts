import { withDeadline } from "./deadline.js";

/** One part of the service that starts and stops. */
export type Step = {
  readonly name: string;
  readonly start?: () => Promise<unknown> | unknown;
  readonly stop?: () => Promise<unknown> | unknown;
  /** How long stopping may take, in milliseconds; after that the next step is stopped all the same. */
  readonly deadlineMs?: number;
};

/** Starts steps in order, and stops what was started in reverse, each with a deadline. */
export class Lifecycle {
  private readonly started: Step[] = [];
  private stopping: Promise<void> | undefined;
  private readonly failed: (step: string, error: unknown) => void;

  constructor(failed: (step: string, error: unknown) => void) {
    this.failed = failed;
  }

  /** @throws what a step throws, after the steps before it are stopped */
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

  /** Stops everything once, however often it is asked. */
  stop(): Promise<void> {
    this.stopping ??= this.stopAll();
    return this.stopping;
  }

  private async stopAll(): Promise<void> {
    for (const step of [...this.started].reverse()) {
      try {
        await withDeadline(step.deadlineMs ?? 5000, Promise.resolve(step.stop?.()));
      } catch (error) {
        this.failed(step.name, error);
      }
    }
  }
}
