import { describe, expect, it } from "vitest";
import { ConfigError, readConfig } from "../../../src/bootstrap/config.js";

const url = "https://shop.example/hooks?token=hunter2";
const secret = "0123456789abcdef01234567";
const base64 = Buffer.from(secret).toString("base64");

const faultsOf = (environment: Record<string, string>): readonly string[] => {
  try {
    readConfig(environment);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    throw error;
  }
};

describe("the webhook settings", () => {
  it("are unset by default", () => {
    expect(readConfig({})).toMatchObject({ WEBHOOK_ALLOW_PRIVATE: false });
    expect(readConfig({}).WEBHOOK_URL).toBeUndefined();
    expect(readConfig({ WEBHOOK_ALLOW_PRIVATE: "true" }).WEBHOOK_ALLOW_PRIVATE).toBe(true);
  });

  it.each([secret, `whsec_${base64}`])(
    "accept a plain key and a key in the format of Standard Webhooks: %s",
    (given) => {
      expect(readConfig({ WEBHOOK_URL: url, WEBHOOK_SECRET: given }).WEBHOOK_SECRET).toBe(given);
    },
  );

  it("count the bytes of a plain key, not its characters", () => {
    expect(faultsOf({ WEBHOOK_URL: url, WEBHOOK_SECRET: "열쇠".repeat(4) })).toEqual([]);
  });

  it.each([
    ["a URL without a secret", { WEBHOOK_URL: url }, "WEBHOOK_URL: given without WEBHOOK_SECRET"],
    ["a secret without a URL", { WEBHOOK_SECRET: secret }, "WEBHOOK_SECRET: given without WEBHOOK_URL"],
    ["another protocol", { WEBHOOK_URL: "ftp://h/hunter2", WEBHOOK_SECRET: secret }, "WEBHOOK_URL: given (hidden)"],
    ["no URL", { WEBHOOK_URL: "hunter2", WEBHOOK_SECRET: secret }, "WEBHOOK_URL: given (hidden)"],
    ["23 bytes", { WEBHOOK_URL: url, WEBHOOK_SECRET: secret.slice(1) }, "WEBHOOK_SECRET: given (hidden)"],
    ["23 bytes in base64", { WEBHOOK_URL: url, WEBHOOK_SECRET: "whsec_MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM=" }, "(hidden)"],
    ["invalid base64", { WEBHOOK_URL: url, WEBHOOK_SECRET: `whsec_${base64}!` }, "WEBHOOK_SECRET: given (hidden)"],
    [
      "a flag that is not true or false",
      { WEBHOOK_ALLOW_PRIVATE: "yes" },
      'WEBHOOK_ALLOW_PRIVATE: given "yes"; accepted: true or false',
    ],
  ])("reject %s", (_, environment, expected) => {
    const faults = faultsOf(environment as Record<string, string>);
    expect(faults).toEqual([expect.stringContaining(expected)]);
    expect(faults.join()).not.toMatch(/hunter2|0123456789/);
  });
});
