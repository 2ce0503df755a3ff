import type { DomainEvent } from "../../domain/event.js";
import type { EpochMs } from "../../domain/time.js";
import type { DeadLetter } from "./dead-letters.js";

/** A webhook that this process has claimed, to send it now. */
export type WebhookDelivery = {
  readonly event: DomainEvent;
  /** Attempts including this one, and including attempts whose outcome was not recorded. */
  readonly attempts: number;
  /** When the first failed attempt was recorded; `null` if none was. */
  readonly failingSince: EpochMs | null;
};

/** Webhook deliveries, as the sender uses them. Several nodes may send. If a claim expired, its successor's record counts. */
export interface WebhookDeliveries {
  /** Claims the deliveries that are due, longest overdue first. A claim expires after 30 s. */
  claim(limit: number): Promise<readonly WebhookDelivery[]>;
  /** Records that it has arrived: it is never due again, even if another node has claimed it since. */
  markDelivered(delivery: WebhookDelivery): Promise<void>;
  /** Records a failure: the delivery is due again at `dueAt`. */
  retry(delivery: WebhookDelivery, dueAt: EpochMs, failingSince: EpochMs): Promise<void>;
  /** Records the last failure: in one transaction, the delivery is no longer due and the letter is stored. */
  park(delivery: WebhookDelivery, letter: DeadLetter): Promise<void>;
}
