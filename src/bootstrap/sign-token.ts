import { createHmac } from "node:crypto";

const encoded = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");

/** Returns a bearer token, a JWT signed with HS256. @param claims such as `sub`, `roles` and `exp` (s) */
export const signToken = (secret: string, claims: Readonly<Record<string, unknown>>): string => {
  const content = `${encoded({ alg: "HS256", typ: "JWT" })}.${encoded(claims)}`;
  return `${content}.${createHmac("sha256", secret).update(content).digest("base64url")}`;
};
