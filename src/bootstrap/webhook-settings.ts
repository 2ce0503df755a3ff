import { z } from "zod";
import { flag } from "./flag.js";

const isHttpUrl = (given: string): boolean =>
  URL.canParse(given) && ["http:", "https:"].includes(new URL(given).protocol);

/** Reads a key: `whsec_` and base64 as in Standard Webhooks, or the bytes of any other text. Invalid base64: `undefined`. */
const keyOf = (given: string): Uint8Array | undefined => {
  if (!given.startsWith("whsec_")) return new TextEncoder().encode(given);
  const base64 = given.slice("whsec_".length);
  return /^[A-Za-z0-9+/]+={0,2}$/.test(base64) ? Buffer.from(base64, "base64") : undefined;
};

/** The settings of the sold-out listener. Its URL may contain a token, so it is a secret like the key. */
export const webhookSettings = {
  WEBHOOK_URL: z.string().refine(isHttpUrl, "an http(s) URL").optional().meta({ secret: true }),
  WEBHOOK_SECRET: z
    .string()
    .transform((given) => keyOf(given) ?? new Uint8Array())
    .refine((key) => key.length >= 24, "at least 24 bytes, or whsec_ and at least 24 bytes in base64")
    .optional()
    .meta({ secret: true }),
  WEBHOOK_ALLOW_PRIVATE: flag(),
};
