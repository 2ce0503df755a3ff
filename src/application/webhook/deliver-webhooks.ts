import type { EventId } from "../../domain/event.js";
import { after, type EpochMs } from "../../domain/time.js";
import { deadLetterOf } from "../dead-letter/dead-letter-of.js";
import type { Clock } from "../ports/clock.js";
import type { WebhookDeliveries, WebhookDelivery } from "../ports/webhook-deliveries.js";
import type { WebhookTarget } from "../ports/webhook-target.js";
import { type Backoff, jitteredBackoff } from "../retry.js";

/** Sends at once, so that a listener that hangs ties up no more. */
const sendsAtOnce = 8;
/** A delivery that has failed for as long is parked. */
const dayMs = 86_400_000;

/** From seconds to an hour between the tries: some thirty-odd in a day. */
export const webhookBackoff = (chance: () => number): Backoff => jitteredBackoff(5000, 3_600_000, chance);

/** A send that failed; `parked` where it was the last. */
export type FailedSend = {
  readonly eventId: EventId;
  readonly error: string;
  readonly attempts: number;
  readonly parked: boolean;
};

/** Sends webhooks that are due: at least once, in no order; a day of failures parks one until it is replayed. */
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

  /** Answers what failed. It ends with the first round in which anything did: the listener is given a rest. */
  async execute(): Promise<readonly FailedSend[]> {
    const { target } = this;
    if (target === null) return [];
    for (;;) {
      const claimed = await this.deliveries.claim(sendsAtOnce);
      const failed: FailedSend[] = [];
      for (const end of await Promise.allSettled(claimed.map((delivery) => this.send(target, delivery)))) {
        // One whose end could not be written down is due again once its claim lapses.
        if (end.status === "rejected") throw end.reason;
        if (end.value !== undefined) failed.push(end.value);
      }
      if (failed.length > 0 || claimed.length < sendsAtOnce) return failed;
    }
  }

  private async send(target: WebhookTarget, delivery: WebhookDelivery): Promise<FailedSend | undefined> {
    const { event, attempts } = delivery;
    const sent = await target.send(event);
    if (sent === "delivered") return void (await this.deliveries.markDelivered(delivery));
    const now = this.clock.now();
    const since = delivery.failingSince ?? now;
    const lastAt = after(since, dayMs);
    const parked = now >= lastAt;
    if (parked) await this.deliveries.park(delivery, deadLetterOf("webhook", event, sent.failed, attempts));
    else await this.deliveries.retry(delivery, earlier(after(now, Math.ceil(this.backoff(attempts))), lastAt), since);
    return { eventId: event.id, error: sent.failed, attempts, parked };
  }
}

const earlier = (one: EpochMs, other: EpochMs): EpochMs => (one < other ? one : other);
