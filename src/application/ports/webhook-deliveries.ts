import type { DomainEvent } from "../../domain/event.js";
import type { DeliveryId, WebhookId, WebhookKey } from "../../domain/ids.js";
import type { EpochMs } from "../../domain/time.js";
import type { DeadLetter } from "./dead-letters.js";
import type { WebhookEndpoint } from "./webhook-targets.js";

/** A delivery that this process has claimed, to send it now. */
export type WebhookDelivery = {
  readonly deliveryId: DeliveryId;
  readonly event: DomainEvent;
  /** Attempts including this one, and including attempts whose outcome was not recorded. */
  readonly attempts: number;
  /** When the first failed attempt was recorded; `null` if none was. */
  readonly failingSince: EpochMs | null;
  readonly claimedUntil: EpochMs;
};

/** The target of a stored webhook. Failures before `retryingSince` do not count. */
export type StoredEndpoint = WebhookEndpoint & { readonly webhookId: WebhookId; readonly retryingSince: EpochMs };

/** Claimed deliveries of one webhook, and where they go. */
export type ClaimedDeliveries = {
  /** `null` for the webhook of the settings, whose target is not stored. */
  readonly endpoint: StoredEndpoint | null;
  readonly deliveries: readonly WebhookDelivery[];
};

/** What became of a claimed delivery. `status`: of the response, `null` without one; `error`: one line. */
export type DeliveryOutcome = { readonly delivery: WebhookDelivery } & (
  | { readonly kind: "unsent" }
  | { readonly kind: "delivered"; readonly status: number }
  | {
      readonly kind: "retry";
      readonly status: number | null;
      readonly error: string;
      readonly dueAt: EpochMs;
      readonly failingSince: EpochMs;
    }
  /** The last attempt failed. `letter`: the dead letter to store with it, if any. */
  | {
      readonly kind: "failed";
      readonly status: number | null;
      readonly error: string;
      readonly letter: DeadLetter | null;
    }
);

/** Webhook deliveries, as the sender uses them. Several nodes may send. If a claim expired, its successor's record counts. */
export interface WebhookDeliveries {
  /** Returns the enabled webhooks, and the settings' webhook, that have a delivery that is due. */
  due(): Promise<readonly WebhookKey[]>;
  /** Claims deliveries that are due, longest overdue first; none if the webhook is disabled or deleted. A claim expires after 30 s. */
  claim(key: WebhookKey, limit: number): Promise<ClaimedDeliveries>;
  /**
   * Records outcomes in one transaction. A delivered one is never due again, even if another node has claimed it since;
   * any other outcome counts only while its claim is the latest.
   */
  record(outcomes: readonly DeliveryOutcome[]): Promise<void>;
  /** Moves the deliveries of a version before 0.2 to the webhook of the settings. */
  adoptOld(): Promise<void>;
}
