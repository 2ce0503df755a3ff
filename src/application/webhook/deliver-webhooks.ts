import type { EventId } from "../../domain/event.js";
import { after, type EpochMs } from "../../domain/time.js";
import { deadLetterOf } from "../dead-letter/dead-letter-of.js";
import type { Clock } from "../ports/clock.js";
import type { WebhookDeliveries, WebhookDelivery } from "../ports/webhook-deliveries.js";
import type { WebhookTarget } from "../ports/webhook-target.js";
import { type Backoff, jitteredBackoff } from "../retry.js";

const maxConcurrentSends = 8;
/** A delivery that has failed for this long is parked. */
const maxFailingMs = 86_400_000;

/** From 5 s to an hour between the attempts: about 30 in a day. */
export const webhookBackoff = (random: () => number): Backoff => jitteredBackoff(5000, 3_600_000, random);

/** A send that failed. `parked`: it was the last attempt. */
export type FailedSend = {
  readonly eventId: EventId;
  readonly error: string;
  readonly attempts: number;
  readonly parked: boolean;
};

/** Sends the webhooks that are due, at least once, in any order. After a day of failures a webhook is parked. */
export class DeliverWebhooks {
  private readonly deliveries: WebhookDeliveries;
  private readonly target: WebhookTarget | null;
  private readonly backoff: Backoff;
  private readonly clock: Clock;

  /** @param target `null` if no listener is configured: then nothing is sent */
  constructor(deliveries: WebhookDeliveries, target: WebhookTarget | null, backoff: Backoff, clock: Clock) {
    this.deliveries = deliveries;
    this.target = target;
    this.backoff = backoff;
    this.clock = clock;
  }

  /** Sends until nothing is due or a send fails. Returns the sends that failed. */
  async execute(): Promise<readonly FailedSend[]> {
    const { target } = this;
    if (target === null) return [];
    for (;;) {
      const claimed = await this.deliveries.claim(maxConcurrentSends);
      const failed: FailedSend[] = [];
      for (const outcome of await Promise.allSettled(claimed.map((delivery) => this.send(target, delivery)))) {
        // A delivery whose outcome could not be recorded is due again when its claim expires.
        if (outcome.status === "rejected") throw outcome.reason;
        if (outcome.value !== undefined) failed.push(outcome.value);
      }
      if (failed.length > 0 || claimed.length < maxConcurrentSends) return failed;
    }
  }

  private async send(target: WebhookTarget, delivery: WebhookDelivery): Promise<FailedSend | undefined> {
    const { event, attempts } = delivery;
    const sent = await target.send(event);
    if (sent === "delivered") return void (await this.deliveries.markDelivered(delivery));
    const now = this.clock.now();
    const since = delivery.failingSince ?? now;
    const lastAt = after(since, maxFailingMs);
    const parked = now >= lastAt;
    if (parked) await this.deliveries.park(delivery, deadLetterOf("webhook", event, sent.failed, attempts));
    else await this.deliveries.retry(delivery, earlier(after(now, Math.ceil(this.backoff(attempts))), lastAt), since);
    return { eventId: event.id, error: sent.failed, attempts, parked };
  }
}

const earlier = (one: EpochMs, other: EpochMs): EpochMs => (one < other ? one : other);
