import type { DomainEvent } from "../../domain/event.js";

/** What became of a webhook: whatever is not known to have arrived has failed, and why is one line. */
export type Sent = "delivered" | { readonly failed: string };

/** Where webhooks go. */
export interface WebhookTarget {
  /** Sends the event, signed, in bounded time; never throws. A failed one may have arrived all the same. */
  send(event: DomainEvent): Promise<Sent>;
}
