import type { EventOf, EventType } from "../../domain/event.js";
import {
  isDeliverable,
  isSubscribed,
  settingsEvents,
  settingsWebhookKey,
  type WebhookEventType,
} from "../../domain/webhook.js";
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
    const toSettings = this.hasSettingsWebhook ? events.filter(({ type }) => settingsEvents.includes(type)) : [];
    if (toSettings.length === 0) {
      // Most batches concern no webhook, and a read is cheaper than a transaction.
      const webhooks = await this.webhooks.enabled();
      if (!webhooks.some((webhook) => recent.some((event) => isSubscribed(webhook, event)))) return;
    }
    await this.work.run(async (tx) => {
      // Locked, so that no delivery is added after the commit that disables or deletes its webhook.
      const webhooks = await tx.webhooks.lockEnabled();
      const deliveries = recent.flatMap((event) => {
        const keys = webhooks.filter((webhook) => isSubscribed(webhook, event)).map(({ key }) => key);
        return [...keys, ...(toSettings.includes(event) ? [settingsWebhookKey] : [])].map((key) => ({ key, event }));
      });
      await tx.webhookDeliveries.add(deliveries, now);
      await tx.webhookDeliveries.restartReplayed(toSettings, now);
    });
  }
}
