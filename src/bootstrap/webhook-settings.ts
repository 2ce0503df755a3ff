import { z } from "zod";
import { isSigningSecret } from "../domain/webhook.js";
import { flag } from "./flag.js";

const isHttpUrl = (given: string): boolean =>
  URL.canParse(given) && ["http:", "https:"].includes(new URL(given).protocol);

/** A secret that signs requests. */
export const signingSecret = () =>
  z
    .string()
    .refine(isSigningSecret, "at least 24 bytes, or whsec_ and at least 24 bytes in base64")
    .optional()
    .meta({ secret: true });

/** The settings of webhooks. `WEBHOOK_URL` is a subscription to sell-outs. Its URL may contain a token, so it is a secret like the key. */
export const webhookSettings = {
  WEBHOOK_URL: z.string().refine(isHttpUrl, "an http(s) URL").optional().meta({ secret: true }),
  WEBHOOK_SECRET: signingSecret(),
  WEBHOOK_ALLOW_PRIVATE: flag(),
};
