import type { Operator } from "../../domain/admin-log.js";
import type { WebhookId } from "../../domain/ids.js";
import { DomainError } from "../../domain/problem.js";
import {
  changeWebhook,
  isSameWebhook,
  rotateSecret,
  settingsWebhookId,
  type Webhook,
  type WebhookChange,
} from "../../domain/webhook.js";
import type { Clock } from "../ports/clock.js";
import type { SecretSource } from "../ports/secret-source.js";
import type { Transaction } from "../ports/transaction.js";
import type { UnitOfWork } from "../ports/unit-of-work.js";

/** Changes a webhook that operators have created. The one of the settings is changed by the settings only. */
export class ChangeWebhook {
  private readonly work: UnitOfWork;
  private readonly secrets: SecretSource;
  private readonly clock: Clock;

  constructor(work: UnitOfWork, secrets: SecretSource, clock: Clock) {
    this.work = work;
    this.secrets = secrets;
    this.clock = clock;
  }

  /** Pending deliveries go to the new target as well. @throws DomainError `webhook-not-found`, `webhook-in-settings` */
  change(webhookId: WebhookId, change: WebhookChange, operator: Operator): Promise<Webhook> {
    return this.work.run(async (tx) => {
      const now = this.clock.now();
      const webhook = await lockWebhook(tx, webhookId);
      const changed = changeWebhook(webhook, change, now);
      if (isSameWebhook(changed, webhook)) return webhook;
      await tx.webhooks.save(changed);
      await tx.adminLog.add(operator, "webhook.changed", webhookId, now);
      return changed;
    });
  }

  /** Returns the new secret. The one before signs for another 24 h. @throws DomainError as `change` */
  rotateSecret(webhookId: WebhookId, operator: Operator): Promise<string> {
    const secret = this.secrets.create();
    return this.work.run(async (tx) => {
      const now = this.clock.now();
      await tx.webhooks.save(rotateSecret(await lockWebhook(tx, webhookId), secret, now));
      await tx.adminLog.add(operator, "webhook.secret-renewed", webhookId, now);
      return secret;
    });
  }
}

/** @throws DomainError `webhook-not-found`, `webhook-in-settings` */
export const lockWebhook = async (tx: Transaction, webhookId: WebhookId): Promise<Webhook> => {
  if (webhookId === settingsWebhookId) throw new DomainError({ code: "webhook-in-settings" });
  const webhook = await tx.webhooks.lock(webhookId);
  if (webhook === undefined) throw new DomainError({ code: "webhook-not-found", webhookId });
  return webhook;
};
