import type { EventBus } from "../ports/event-bus.js";
import type { OutboxRows } from "../ports/outbox-rows.js";

const sliceSize = 500;

/** Brings committed events from the outbox to the bus; a crash between sending and marking sends them again. */
export class RelayOutbox {
  private readonly outbox: OutboxRows;
  private readonly bus: EventBus;

  constructor(outbox: OutboxRows, bus: EventBus) {
    this.outbox = outbox;
    this.bus = bus;
  }

  /** Sends until nothing is left unclaimed. */
  async execute(): Promise<void> {
    let rows = await this.outbox.claim(sliceSize);
    while (rows.length > 0) {
      const rowIds = rows.map(({ rowId }) => rowId);
      try {
        await this.bus.publish(rows.map(({ event }) => event));
      } catch (error) {
        await this.outbox.release(rowIds);
        throw error;
      }
      await this.outbox.markSent(rowIds);
      if (rows.length < sliceSize) return;
      rows = await this.outbox.claim(sliceSize);
    }
  }
}
