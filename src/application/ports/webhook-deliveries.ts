import type { DomainEvent } from "../../domain/event.js";
import type { EpochMs } from "../../domain/time.js";
import type { DeadLetter } from "./dead-letters.js";

/** A webhook that this process has claimed, to send it now. */
export type WebhookDelivery = {
  readonly event: DomainEvent;
  /** Tries with this one, also those whose end nobody wrote down. */
  readonly attempts: number;
  /** When the first of them failed; `null` while none has. */
  readonly failingSince: EpochMs | null;
};

/** The sender's side of the webhooks. Any number of nodes may send; what a claim's successor decides, stands. */
export interface WebhookDeliveries {
  /** Claims deliveries that are due (a claim lapses after 30 s), the longest due first. */
  claim(limit: number): Promise<readonly WebhookDelivery[]>;
  /** It has arrived: never due again, also where another node has claimed it meanwhile. */
  markDelivered(delivery: WebhookDelivery): Promise<void>;
  /** It failed, and is due again at `dueAt`. */
  retry(delivery: WebhookDelivery, dueAt: EpochMs, failingSince: EpochMs): Promise<void>;
  /** It failed for the last time: not due any more, and a dead letter, both or neither. */
  park(delivery: WebhookDelivery, letter: DeadLetter): Promise<void>;
}
