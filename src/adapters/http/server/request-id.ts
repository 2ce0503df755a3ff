import { randomBytes } from "node:crypto";

const safe = /^[A-Za-z0-9._-]{1,64}$/;
const prefix = randomBytes(6).toString("base64url");
let count = 0;

/** The caller's own request id where it is harmless in logs and headers, else a new one: unique, and almost free. */
export const requestIdOf = (given: string | string[] | undefined): string => {
  if (typeof given === "string" && safe.test(given)) return given;
  count += 1;
  return `${prefix}-${count.toString(36)}`;
};
