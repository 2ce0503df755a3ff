import type { WebhookKey } from "../../domain/ids.js";
import { settingsWebhookKey } from "../../domain/webhook.js";
import type { ReportFailedSend } from "../ports/report-failed-send.js";
import type { WebhookDeliveries } from "../ports/webhook-deliveries.js";
import type { WebhookEndpoint } from "../ports/webhook-targets.js";
import type { DeliverToWebhook } from "./deliver-to-webhook.js";

/** Sends the deliveries that are due. Each webhook has its own run, so that a slow or dead target delays no other. */
export class DeliverWebhooks {
  private readonly deliveries: WebhookDeliveries;
  private readonly toWebhook: DeliverToWebhook;
  private readonly hasSettingsWebhook: boolean;
  private readonly report: ReportFailedSend;
  private readonly runs = new Map<WebhookKey, Promise<void>>();
  private isStopped = false;
  private adopted: Promise<void> | undefined;

  constructor(
    deliveries: WebhookDeliveries,
    toWebhook: DeliverToWebhook,
    settingsWebhook: WebhookEndpoint | null,
    report: ReportFailedSend,
  ) {
    this.deliveries = deliveries;
    this.toWebhook = toWebhook;
    this.hasSettingsWebhook = settingsWebhook !== null;
    this.report = report;
  }

  /** Starts a run for each webhook that has due deliveries and no run. It waits for none of them. */
  async execute(): Promise<void> {
    await this.adoptOld();
    for (const key of await this.deliveries.due()) {
      if (this.isStopped || this.runs.has(key)) continue;
      // Without WEBHOOK_URL the deliveries of the settings' webhook wait.
      if (key === settingsWebhookKey && !this.hasSettingsWebhook) continue;
      const run = this.toWebhook
        .execute(key, () => this.isStopped)
        .catch((error: unknown) => this.report(error instanceof Error ? error : new Error(String(error))))
        .finally(() => this.runs.delete(key));
      this.runs.set(key, run);
    }
  }

  /** Resolves when no run is in progress. */
  async settled(): Promise<void> {
    while (this.runs.size > 0) await Promise.all(this.runs.values());
  }

  /** Starts no other send, and resolves when the current ones have ended. */
  async stop(): Promise<void> {
    this.isStopped = true;
    await this.settled();
  }

  /** Once per process: when the last worker of an older version has stopped, the next worker that starts adopts its rest. */
  private adoptOld(): Promise<void> {
    this.adopted ??= this.deliveries.adoptOld().catch((error: unknown) => {
      this.adopted = undefined;
      throw error;
    });
    return this.adopted;
  }
}
