import { type ScheduledTask, schedule, validate } from "node-cron";

/** Whether the text is a cron expression that the scheduler takes. */
export const isCronExpression = (text: string): boolean => validate(text);

/**
 * Runs a job at the times of a cron expression, as the clocks of a time zone show them. A time that does not exist is
 * passed over, and one that was slept through is never caught up: whoever needs that looks for what is not done.
 */
export class CronJob {
  private task: ScheduledTask | undefined;
  private readonly expression: string;
  private readonly zone: string;
  private readonly run: () => void;

  constructor(expression: string, zone: string, run: () => void) {
    this.expression = expression;
    this.zone = zone;
    this.run = run;
  }

  start(): void {
    this.task = schedule(this.expression, this.run, { timezone: this.zone });
  }

  async stop(): Promise<void> {
    await this.task?.destroy();
  }
}
