import type { Operator } from "../../domain/admin-log.js";
import type { WebhookId } from "../../domain/ids.js";
import type { Clock } from "../ports/clock.js";
import type { UnitOfWork } from "../ports/unit-of-work.js";
import { lockWebhook } from "./change-webhook.js";

/**
 * Deletes a webhook. From the commit nothing is sent; a send in progress may still arrive. The rows of its deliveries
 * are deleted by the hourly job, because there may be millions.
 */
export class DeleteWebhook {
  private readonly work: UnitOfWork;
  private readonly clock: Clock;

  constructor(work: UnitOfWork, clock: Clock) {
    this.work = work;
    this.clock = clock;
  }

  /** @throws DomainError `webhook-not-found`, `webhook-in-settings` */
  execute(webhookId: WebhookId, operator: Operator): Promise<void> {
    return this.work.run(async (tx) => {
      const { key } = await lockWebhook(tx, webhookId);
      const now = this.clock.now();
      await tx.webhooks.delete(key, now);
      await tx.adminLog.add(operator, "webhook.deleted", webhookId, now);
    });
  }
}
