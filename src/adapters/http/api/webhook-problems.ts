import type { ProblemEntries } from "../server/problems.js";

export const webhookProblems = {
  "webhook-not-found": {
    status: 404,
    title: "Webhook not found",
    meaning: "There is no webhook with this id.",
    advice: "GET /api/v1/admin/webhooks lists all webhooks.",
    detail: ({ webhookId }) => `There is no webhook with the id ${webhookId}.`,
  },
  "webhook-delivery-not-found": {
    status: 404,
    title: "Webhook delivery not found",
    meaning: "The webhook has no delivery with this id.",
    advice:
      "GET /api/v1/admin/webhooks/{webhookId}/deliveries lists its deliveries. Delivered ones are kept for 30 days.",
    detail: ({ deliveryId }) => `The webhook has no delivery with the id ${deliveryId}.`,
  },
  "webhook-in-settings": {
    status: 409,
    title: "Webhook is in the settings",
    meaning: "The webhook `settings` is defined by WEBHOOK_URL and WEBHOOK_SECRET, so requests cannot change it.",
    advice: "Change the settings and restart the workers, or create another webhook.",
  },
} satisfies Partial<ProblemEntries>;
