import type { WebhookKey } from "../../domain/ids.js";
import { after, type EpochMs } from "../../domain/time.js";
import { settingsWebhookId } from "../../domain/webhook.js";
import { deadLetterOf } from "../dead-letter/dead-letter-of.js";
import type { Clock } from "../ports/clock.js";
import type { ReportFailedSend } from "../ports/report-failed-send.js";
import type {
  ClaimedDeliveries,
  DeliveryOutcome,
  StoredEndpoint,
  WebhookDeliveries,
  WebhookDelivery,
} from "../ports/webhook-deliveries.js";
import type { WebhookEndpoint, WebhookTarget, WebhookTargets } from "../ports/webhook-targets.js";
import { type Backoff, jitteredBackoff } from "../retry.js";
import { BatchedOutcomes } from "./batched-outcomes.js";

/** Concurrent sends to one webhook. */
export const maxConcurrentSends = 16;
/** Deliveries per claim. Four rounds of sends of 5 s each end before the claim expires. */
const batchSize = 64;
/** Deliveries per claim after a batch in which every send failed. */
const probeSize = 8;
/** A delivery that has failed for this long is `failed`. */
const maxFailingMs = 86_400_000;

/** From 5 s to an hour between the attempts: about 30 in a day. */
export const webhookBackoff = (random: () => number): Backoff => jitteredBackoff(5000, 3_600_000, random);

type Needs = {
  readonly deliveries: WebhookDeliveries;
  readonly targets: WebhookTargets;
  readonly report: ReportFailedSend;
};

/** Sends the due deliveries of one webhook, at least once, in any order. After a day of failures a delivery is failed. */
export class DeliverToWebhook {
  private readonly needs: Needs;
  private readonly settingsWebhook: WebhookEndpoint | null;
  private readonly backoff: Backoff;
  private readonly clock: Clock;
  private readonly failing = new Set<WebhookKey>();

  constructor(needs: Needs, settingsWebhook: WebhookEndpoint | null, backoff: Backoff, clock: Clock) {
    this.needs = needs;
    this.settingsWebhook = settingsWebhook;
    this.backoff = backoff;
    this.clock = clock;
  }

  /** Sends until nothing is due, every send of a batch fails, or `isStopped`. */
  async execute(key: WebhookKey, isStopped: () => boolean): Promise<void> {
    const { deliveries, targets } = this.needs;
    let open: { readonly endpoint: string; readonly target: WebhookTarget } | undefined;
    try {
      for (;;) {
        const limit = this.failing.has(key) ? probeSize : batchSize;
        const claimed = await deliveries.claim(key, limit);
        const { url, secrets } = claimed.endpoint ?? this.settingsWebhook ?? { url: "", secrets: [] };
        if (claimed.deliveries.length === 0) return;
        const endpoint = JSON.stringify([url, secrets]);
        if (open?.endpoint !== endpoint) {
          open?.target.close();
          open = { endpoint, target: targets.open({ url, secrets }) };
        }
        const delivered = await this.sendBatch(open.target, claimed, isStopped);
        if (delivered > 0) this.failing.delete(key);
        else this.failing.add(key);
        if (delivered === 0 || claimed.deliveries.length < limit || isStopped()) return;
      }
    } finally {
      open?.target.close();
    }
  }

  /** Returns how many sends succeeded. */
  private async sendBatch(
    target: WebhookTarget,
    claimed: ClaimedDeliveries,
    isStopped: () => boolean,
  ): Promise<number> {
    const outcomes = new BatchedOutcomes(this.needs.deliveries);
    const waiting = [...claimed.deliveries];
    let delivered = 0;
    const sendNext = async () => {
      for (let delivery = waiting.shift(); delivery !== undefined; delivery = waiting.shift()) {
        const outcome = isStopped()
          ? ({ kind: "unsent", delivery } as const)
          : await this.send(target, delivery, claimed.endpoint);
        if (outcome.kind === "delivered") delivered += 1;
        outcomes.add(outcome);
      }
    };
    await Promise.all(Array.from({ length: maxConcurrentSends }, sendNext));
    // A delivery whose outcome could not be recorded is due again when its claim expires.
    await outcomes.recorded();
    return delivered;
  }

  private async send(
    target: WebhookTarget,
    delivery: WebhookDelivery,
    endpoint: StoredEndpoint | null,
  ): Promise<DeliveryOutcome> {
    const { event, attempts, failingSince } = delivery;
    const sent = await target.send(event);
    if (sent.delivered) return { kind: "delivered", delivery, status: sent.status };
    const { status, reason: error } = sent;
    const now = this.clock.now();
    const since = later(failingSince ?? now, endpoint?.retryingSince ?? (0 as EpochMs));
    const lastAt = after(since, maxFailingMs);
    const failed = now >= lastAt;
    const webhook = endpoint?.webhookId ?? settingsWebhookId;
    this.needs.report({ webhook, eventId: event.id, error, attempts, failed });
    if (failed) {
      const letter = endpoint === null ? deadLetterOf("webhook", event, error, attempts) : null;
      return { kind: "failed", delivery, status, error, letter };
    }
    const dueAt = earlier(after(now, Math.ceil(this.backoff(attempts))), lastAt);
    return { kind: "retry", delivery, status, error, dueAt, failingSince: since };
  }
}

const earlier = (one: EpochMs, other: EpochMs): EpochMs => (one < other ? one : other);
const later = (one: EpochMs, other: EpochMs): EpochMs => (one > other ? one : other);
