import { createHash } from "node:crypto";
import type { Digest } from "../../application/ports/digest.js";

export const sha256Digest: Digest = (text) => createHash("sha256").update(text).digest("base64url");
