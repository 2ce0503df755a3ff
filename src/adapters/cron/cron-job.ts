import { type ScheduledTask, schedule, validate } from "node-cron";

/** Whether the scheduler accepts the text as a cron expression. */
export const isCronExpression = (text: string): boolean => validate(text);

/**
 * Runs a job at the times of a cron expression in a time zone. A time that does not exist on a day is skipped, and a time
 * that was missed is never caught up, so the job itself must look for work that was not done.
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
