import type { GaugeSource } from "../adapters/http/server/metrics.js";
import type { DeliveryCounts } from "../application/ports/webhook-queries.js";
import type { Ports } from "./ports.js";
import { sharedQuery } from "./shared-query.js";

/** The gauges of webhooks, one value per webhook. */
export const webhookGauges = ({ webhooks, clock }: Pick<Ports, "webhooks" | "clock">): readonly GaugeSource[] => {
  const counts = sharedQuery(() => webhooks.counts());
  const perWebhook = (gauge: (counted: DeliveryCounts) => number) => async () =>
    new Map((await counts()).map((counted) => [counted.webhookId, gauge(counted)]));
  return [
    {
      name: "rushboard_webhook_pending",
      help: "Webhook deliveries that are not delivered yet.",
      label: "webhook",
      read: perWebhook(({ pending }) => pending),
    },
    {
      name: "rushboard_webhook_failed",
      help: "Webhook deliveries that failed for a day and were not replayed.",
      label: "webhook",
      read: perWebhook(({ failed }) => failed),
    },
    {
      name: "rushboard_webhook_pending_age_seconds",
      help: "Age of the oldest pending delivery of an enabled webhook; 0 if there is none.",
      label: "webhook",
      read: perWebhook(({ enabled, oldestPendingAt }) =>
        !enabled || oldestPendingAt === null ? 0 : (clock.now() - oldestPendingAt) / 1000,
      ),
    },
  ];
};
