import type { DomainEvent } from "../../domain/event.js";

/** The outcome of a send. Everything that is not known to have arrived counts as failed; the reason is one line. */
export type Sent = "delivered" | { readonly failed: string };

/** The receiver of webhooks. */
export interface WebhookTarget {
  /** Sends the signed event, in bounded time. Never throws. A failed send may have arrived. */
  send(event: DomainEvent): Promise<Sent>;
}
