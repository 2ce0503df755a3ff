import type { DomainEvent } from "../../domain/event.js";
import type { DeliveryId, WebhookKey } from "../../domain/ids.js";
import type { EpochMs } from "../../domain/time.js";

/** Webhook deliveries inside a transaction. */
export interface WebhookDeliveryTable {
  /** Adds deliveries that are due at `at`. A webhook that has a delivery of the event already gets no other. */
  add(deliveries: readonly { readonly key: WebhookKey; readonly event: DomainEvent }[], at: EpochMs): Promise<void>;
  /** Starts the settings' failed deliveries of these events over, if their dead letters were replayed. */
  restartReplayed(events: readonly DomainEvent[], at: EpochMs): Promise<void>;
  /**
   * Makes a delivery due at `at`. One that has ended starts over; the dead letter of a failed one counts as replayed.
   * Returns `false` if the webhook has no such delivery.
   */
  replay(key: WebhookKey, deliveryId: DeliveryId, at: EpochMs): Promise<boolean>;
}
