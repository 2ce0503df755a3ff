import type { DomainEvent } from "../../domain/event.js";

/** Where the messages of a webhook go, and the secrets that sign them, newest first. */
export type WebhookEndpoint = { readonly url: string; readonly secrets: readonly string[] };

/**
 * The outcome of a send. Everything that is not known to have arrived counts as failed. `status` is that of the
 * response; the reason is one line without any part of the response's body.
 */
export type Sent =
  | { readonly delivered: true; readonly status: number }
  | { readonly delivered: false; readonly status: number | null; readonly reason: string };

/** One receiver of webhooks, with its own connections. */
export interface WebhookTarget {
  /** Sends the signed event, in bounded time. Never throws. A failed send may have arrived. */
  send(event: DomainEvent): Promise<Sent>;
  /** Closes its connections. */
  close(): void;
}

/** The receivers of webhooks. */
export interface WebhookTargets {
  open(endpoint: WebhookEndpoint): WebhookTarget;
}
