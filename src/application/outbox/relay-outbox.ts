import { attemptBatch, type FailedItem, throwFirst } from "../attempt-batch.js";
import type { EventBus } from "../ports/event-bus.js";
import type { OutboxRows } from "../ports/outbox-rows.js";

const batchSize = 500;

/** Sends committed events from the outbox to the bus. After a crash before `markSent` they are sent again. */
export class RelayOutbox {
  private readonly outbox: OutboxRows;
  private readonly bus: EventBus;

  constructor(outbox: OutboxRows, bus: EventBus) {
    this.outbox = outbox;
    this.bus = bus;
  }

  /** Sends until no unclaimed row is left. */
  async execute(): Promise<void> {
    const failed: FailedItem<number>[] = [];
    let rows = await this.outbox.claim(batchSize);
    while (rows.length > 0) {
      const rowIds = rows.map(({ rowId }) => rowId);
      try {
        await this.bus.publish(rows.map(({ event }) => event));
      } catch (error) {
        await this.outbox.release(rowIds);
        throw error;
      }
      // A row that another session has locked is sent again when its claim expires.
      failed.push(...(await attemptBatch(rowIds, (sent) => this.outbox.markSent(sent))));
      if (rows.length < batchSize) break;
      rows = await this.outbox.claim(batchSize);
    }
    throwFirst(failed);
  }
}
