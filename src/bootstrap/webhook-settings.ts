import { z } from "zod";
import { flag } from "./flag.js";

const isHttpUrl = (given: string): boolean =>
  URL.canParse(given) && ["http:", "https:"].includes(new URL(given).protocol);

/** A key as Standard Webhooks writes it, `whsec_` and base64, or the bytes of any other text; else `undefined`. */
const keyOf = (given: string): Uint8Array | undefined => {
  if (!given.startsWith("whsec_")) return new TextEncoder().encode(given);
  const base64 = given.slice("whsec_".length);
  return /^[A-Za-z0-9+/]+={0,2}$/.test(base64) ? Buffer.from(base64, "base64") : undefined;
};

/** The settings of the sold-out listener. Its URL may hold a token, so it is as secret as the key. */
export const webhookSettings = {
  WEBHOOK_URL: z.string().refine(isHttpUrl, "an http(s) URL").optional().meta({ secret: true }),
  WEBHOOK_SECRET: z
    .string()
    .transform((given) => keyOf(given) ?? new Uint8Array())
    .refine((key) => key.length >= 24, "at least 24 bytes, or whsec_ and the base64 of as many")
    .optional()
    .meta({ secret: true }),
  WEBHOOK_ALLOW_PRIVATE: flag(),
};
