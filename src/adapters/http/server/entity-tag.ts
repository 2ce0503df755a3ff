import { createHash } from "node:crypto";

/** Returns the strong entity tag of a body. */
export const entityTag = (body: string | Buffer): string =>
  `"${createHash("sha256").update(body).digest("base64url").slice(0, 22)}"`;

/** Whether the client has this version (RFC 9110: weak comparison, or `*`). */
export const hasVersion = (ifNoneMatch: string | undefined, tag: string): boolean => {
  if (ifNoneMatch === undefined) return false;
  const strong = tag.replace(/^W\//, "");
  return ifNoneMatch.split(",").some((given) => ["*", strong].includes(given.trim().replace(/^W\//, "")));
};
