import type { EventOf, EventType } from "../../domain/event.js";
import {
  isDeliverable,
  isSubscribed,
  settingsEvents,
  settingsWebhookKey,
  type Webhook,
  type WebhookEventType,
} from "../../domain/webhook.js";
import { attemptEach } from "../attempt-batch.js";
import type { Reaction } from "../choreography.js";
import type { Clock } from "../ports/clock.js";
import type { UnitOfWork } from "../ports/unit-of-work.js";
import type { WebhookQueries } from "../ports/webhook-queries.js";
import type { WebhookEndpoint } from "../ports/webhook-targets.js";

type Subscribable = EventType & WebhookEventType;
type SubscribableEvent = EventOf<Subscribable>;

/** Stores one delivery per webhook and event. It sends nothing itself, because a slow target would delay its group. */
export class AddWebhookDeliveries implements Reaction<Subscribable> {
  private readonly work: UnitOfWork;
  private readonly webhooks: WebhookQueries;
  private readonly clock: Clock;
  private readonly hasSettingsWebhook: boolean;

  /** @param settingsWebhook `null` if `WEBHOOK_URL` is not set: then nothing is stored for it, so a later one gets no old events */
  constructor(work: UnitOfWork, webhooks: WebhookQueries, clock: Clock, settingsWebhook: WebhookEndpoint | null) {
    this.work = work;
    this.webhooks = webhooks;
    this.clock = clock;
    this.hasSettingsWebhook = settingsWebhook !== null;
  }

  async execute(events: readonly SubscribableEvent[]): Promise<void> {
    const now = this.clock.now();
    const recent = events.filter((event) => isDeliverable(event, now));
    const webhooks = await this.webhooks.enabled();
    // Each in a transaction, so that a locked webhook delays no other one.
    const failed = await attemptEach(webhooks, (webhook) => this.addTo(webhook, recent));
    if (this.hasSettingsWebhook) await this.addToSettings(events, recent);
    if (failed[0] !== undefined) throw failed[0].error;
  }

  private async addTo(webhook: Webhook, recent: readonly SubscribableEvent[]): Promise<void> {
    if (!recent.some((event) => isSubscribed(webhook, event))) return;
    await this.work.run(async (tx) => {
      // Locked, so that no delivery is added after the commit that disables or deletes the webhook.
      const current = await tx.webhooks.lockEnabled(webhook.key);
      if (current === undefined) return;
      const subscribed = recent.filter((event) => isSubscribed(current, event));
      const deliveries = subscribed.map((event) => ({ key: current.key, event }));
      await tx.webhookDeliveries.add(deliveries, this.clock.now());
    });
  }

  private async addToSettings(
    events: readonly SubscribableEvent[],
    recent: readonly SubscribableEvent[],
  ): Promise<void> {
    const isForSettings = ({ type }: SubscribableEvent) => settingsEvents.includes(type);
    const replayed = events.filter(isForSettings);
    if (replayed.length === 0) return;
    const deliveries = recent.filter(isForSettings).map((event) => ({ key: settingsWebhookKey, event }));
    await this.work.run(async (tx) => {
      const now = this.clock.now();
      await tx.webhookDeliveries.add(deliveries, now);
      await tx.webhookDeliveries.restartReplayed(replayed, now);
    });
  }
}
