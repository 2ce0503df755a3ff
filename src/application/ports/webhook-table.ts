import type { DomainEvent } from "../../domain/event.js";
import type { EpochMs } from "../../domain/time.js";

/** Webhooks to be sent, inside a transaction. */
export interface WebhookTable {
  /**
   * Adds a delivery an event, due at `at`. One that is known stays as it is, whatever became of it; only where it was
   * parked, and its dead letter replayed since, it begins anew.
   */
  add(events: readonly DomainEvent[], at: EpochMs): Promise<void>;
}
