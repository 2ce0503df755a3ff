import type { DomainEvent } from "../../domain/event.js";
import type { EpochMs } from "../../domain/time.js";

/** Webhook deliveries inside a transaction. */
export interface WebhookTable {
  /**
   * Adds one delivery per event, due at `at`. An existing delivery does not change, unless it was parked and its dead
   * letter was replayed since: then it starts over.
   */
  add(events: readonly DomainEvent[], at: EpochMs): Promise<void>;
}
