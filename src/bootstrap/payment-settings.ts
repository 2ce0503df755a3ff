import { z } from "zod";
import { HttpProvider } from "../adapters/provider/http-provider.js";
import { signingKeyOf, webhookSignature } from "../adapters/webhook/webhook-signature.js";
import type { Clock } from "../application/ports/clock.js";
import { signingSecret } from "./webhook-settings.js";

const isBridgeUrl = (given: string): boolean => {
  if (!URL.canParse(given)) return false;
  const { protocol, username, password, search, hash } = new URL(given);
  return ["http:", "https:"].includes(protocol) && `${username}${password}${search}${hash}` === "";
};

/** The settings of payments. Without the first two, the sandbox captures payments. */
export const paymentSettings = {
  PAYMENT_URL: z.string().refine(isBridgeUrl, "an http(s) URL without login, query and fragment").optional(),
  PAYMENT_SECRET: signingSecret(),
  CURRENCY: z
    .string()
    .refine((code) => Intl.supportedValuesOf("currency").includes(code), "an ISO 4217 code, such as KRW or EUR")
    .default("KRW"),
};

type Settings = {
  readonly PAYMENT_URL?: string | undefined;
  readonly PAYMENT_SECRET?: string | undefined;
  readonly CURRENCY: string;
};

/** Returns the provider that calls the shop's payment bridge; `null` if none is configured. */
export const paymentBridgeOf = (settings: Settings, clock: Clock): HttpProvider | null => {
  const { PAYMENT_URL: url, PAYMENT_SECRET: secret, CURRENCY: currency } = settings;
  if (url === undefined || secret === undefined) return null;
  const key = signingKeyOf(secret);
  return new HttpProvider({ url, currency, sign: (...message) => webhookSignature(key, ...message) }, clock);
};
