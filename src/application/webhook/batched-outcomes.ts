import { attemptBatch } from "../attempt-batch.js";
import type { DeliveryOutcome, WebhookDeliveries } from "../ports/webhook-deliveries.js";

/** Records outcomes as they come: those that come while a transaction runs share the next one. */
export class BatchedOutcomes {
  private readonly deliveries: WebhookDeliveries;
  private waiting: DeliveryOutcome[] = [];
  private recording: Promise<void> | undefined;
  private readonly failures: unknown[] = [];

  constructor(deliveries: WebhookDeliveries) {
    this.deliveries = deliveries;
  }

  add(outcome: DeliveryOutcome): void {
    this.waiting.push(outcome);
    if (this.recording !== undefined) return;
    this.recording = this.recordAll();
    // `recorded` reports the error.
    this.recording.catch(() => {});
  }

  /** Resolves when everything that was added is committed. @throws the error of a transaction */
  async recorded(): Promise<void> {
    await this.recording;
    if (this.failures.length > 0) throw this.failures[0];
  }

  private async recordAll(): Promise<void> {
    while (this.waiting.length > 0) {
      const outcomes = this.waiting;
      this.waiting = [];
      // A locked row delays only the record of its outcome.
      const failed = await attemptBatch(outcomes, (batch) => this.deliveries.record(batch));
      this.failures.push(...failed.map(({ error }) => error));
    }
    this.recording = undefined;
  }
}
