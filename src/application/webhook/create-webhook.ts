import type { Operator } from "../../domain/admin-log.js";
import type { WebhookId, WebhookKey } from "../../domain/ids.js";
import { DomainError } from "../../domain/problem.js";
import { settingsWebhookId, type Webhook, type WebhookEventType, webhookEventTypes } from "../../domain/webhook.js";
import type { Clock } from "../ports/clock.js";
import type { NewId } from "../ports/new-id.js";
import type { SecretSource } from "../ports/secret-source.js";
import type { UnitOfWork } from "../ports/unit-of-work.js";

export type NewWebhook = {
  readonly webhookId: WebhookId;
  readonly url: string;
  readonly events: readonly WebhookEventType[];
  /** Is created if it is missing. */
  readonly secret?: string | undefined;
};

type CreatedWebhook = { readonly webhook: Webhook; readonly secret: string };

/** Creates a webhook. A repeated request creates nothing, and does not return the secret again. */
export class CreateWebhook {
  private readonly work: UnitOfWork;
  private readonly secrets: SecretSource;
  private readonly clock: Clock;
  private readonly newId: NewId;

  constructor(work: UnitOfWork, secrets: SecretSource, clock: Clock, newId: NewId) {
    this.work = work;
    this.secrets = secrets;
    this.clock = clock;
    this.newId = newId;
  }

  /** Returns what this call has created; `null` if the same request was made before. @throws DomainError `id-taken` */
  execute({ webhookId, url, events, secret: given }: NewWebhook, operator: Operator): Promise<CreatedWebhook | null> {
    const subscribed = webhookEventTypes.filter((type) => events.includes(type));
    const digest = this.secrets.digest(JSON.stringify([url, subscribed, given ?? null]));
    const secret = given ?? this.secrets.create();
    const key = this.newId() as WebhookKey;
    return this.work.run(async (tx) => {
      const now = this.clock.now();
      const webhook: Webhook = {
        ...{ key, webhookId, url, events: subscribed, enabled: true },
        ...{ secrets: [{ secret, until: null }], createdAt: now, retryingSince: now },
      };
      if (webhookId !== settingsWebhookId && (await tx.webhooks.add(webhook, digest))) {
        await tx.adminLog.add(operator, "webhook.created", webhookId, now);
        return { webhook, secret };
      }
      if ((await tx.webhooks.requestDigest(webhookId)) !== digest)
        throw new DomainError({ code: "id-taken", id: webhookId });
      return null;
    });
  }
}
