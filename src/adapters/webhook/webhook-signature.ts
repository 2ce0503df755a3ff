import { createHmac } from "node:crypto";

/** Returns the `webhook-signature` of Standard Webhooks: `v1,` and the HMAC-SHA256 of id, timestamp (s) and body, in base64. */
export const webhookSignature = (key: Uint8Array, id: string, timestamp: number, body: string): string =>
  `v1,${createHmac("sha256", key).update(`${id}.${timestamp}.${body}`).digest("base64")}`;
