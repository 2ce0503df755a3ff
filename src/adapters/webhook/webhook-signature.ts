import { createHmac } from "node:crypto";

/** Returns the bytes of a secret: `whsec_` and base64 as in Standard Webhooks, or the bytes of any other text. */
export const signingKeyOf = (secret: string): Uint8Array =>
  secret.startsWith("whsec_") ? Buffer.from(secret.slice("whsec_".length), "base64") : Buffer.from(secret);

/** Returns the `webhook-signature` of Standard Webhooks: `v1,` and the HMAC-SHA256 of id, timestamp (s) and body, in base64. */
export const webhookSignature = (key: Uint8Array, id: string, timestamp: number, body: string): string =>
  `v1,${createHmac("sha256", key).update(`${id}.${timestamp}.${body}`).digest("base64")}`;

/** Returns the signatures of all keys, separated by blanks: after a rotation both keys sign. */
export const signatureHeader = (keys: readonly Uint8Array[], id: string, timestamp: number, body: string): string =>
  keys.map((key) => webhookSignature(key, id, timestamp, body)).join(" ");
