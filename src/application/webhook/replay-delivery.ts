import type { Operator } from "../../domain/admin-log.js";
import type { DeliveryId, WebhookId, WebhookKey } from "../../domain/ids.js";
import { DomainError } from "../../domain/problem.js";
import { settingsWebhookId, settingsWebhookKey } from "../../domain/webhook.js";
import type { Clock } from "../ports/clock.js";
import type { UnitOfWork } from "../ports/unit-of-work.js";

/** Sends a delivery again: a pending one now, one that has ended from the start. */
export class ReplayDelivery {
  private readonly work: UnitOfWork;
  private readonly clock: Clock;

  constructor(work: UnitOfWork, clock: Clock) {
    this.work = work;
    this.clock = clock;
  }

  /** Returns the webhook's key. @throws DomainError `webhook-not-found`, `webhook-delivery-not-found` */
  execute(webhookId: WebhookId, deliveryId: DeliveryId, operator: Operator): Promise<WebhookKey> {
    return this.work.run(async (tx) => {
      const key = webhookId === settingsWebhookId ? settingsWebhookKey : (await tx.webhooks.lock(webhookId))?.key;
      if (key === undefined) throw new DomainError({ code: "webhook-not-found", webhookId });
      const now = this.clock.now();
      if (!(await tx.webhookDeliveries.replay(key, deliveryId, now)))
        throw new DomainError({ code: "webhook-delivery-not-found", deliveryId });
      await tx.adminLog.add(operator, "delivery.replayed", `${webhookId}/${deliveryId}`, now);
      return key;
    });
  }
}
