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
    let rows = await this.outbox.claim(batchSize);
    while (rows.length > 0) {
      const rowIds = rows.map(({ rowId }) => rowId);
      try {
        await this.bus.publish(rows.map(({ event }) => event));
      } catch (error) {
        await this.outbox.release(rowIds);
        throw error;
      }
      await this.outbox.markSent(rowIds);
      if (rows.length < batchSize) return;
      rows = await this.outbox.claim(batchSize);
    }
  }
}
