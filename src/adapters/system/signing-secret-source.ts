import { createHash, randomBytes } from "node:crypto";
import type { SecretSource } from "../../application/ports/secret-source.js";

/** Secrets in the format of Standard Webhooks, from the system's random bytes. */
export const signingSecretSource: SecretSource = {
  create: () => `whsec_${randomBytes(32).toString("base64")}`,
  digest: (text) => createHash("sha256").update(text).digest("base64url"),
};
