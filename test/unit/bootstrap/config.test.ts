import { describe, expect, it } from "vitest";
import { ConfigError, readConfig } from "../../../src/bootstrap/config.js";
import { kafkaOptions } from "../../../src/bootstrap/kafka-access.js";

const faultsOf = (environment: Record<string, string>): readonly string[] => {
  try {
    readConfig(environment);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    throw error;
  }
};

describe("readConfig", () => {
  it("uses a default for every setting that is unset", () => {
    expect(readConfig({})).toMatchObject({
      HOST: "127.0.0.1",
      PORT: 3000,
      DATA_DIR: "./data",
      ROLES: new Set(["api", "worker", "scheduler"]),
      CLAIM_SWEEP_SECONDS: 30,
      RATE_LIMIT_PER_SHOPPER: 20,
      CORS_ORIGINS: [],
      LOG_LEVEL: "info",
    });
  });

  it("treats an empty variable as unset", () => {
    expect(readConfig({ PORT: "", REDIS_URL: "" }).PORT).toBe(3000);
  });

  it("reports all faults together, with given and accepted values", () => {
    const faults = faultsOf({
      PORT: "70000",
      LOG_LEVEL: "loud",
      CLAIM_SWEEP_SECONDS: "0",
      BUSINESS_TIME_ZONE: "Mars/North",
    });
    expect(faults).toHaveLength(4);
    expect(faults.find((f) => f.startsWith("PORT"))).toBe(
      'PORT: given "70000"; accepted: a whole number from 0 to 65535',
    );
    expect(faults.find((f) => f.startsWith("BUSINESS_TIME_ZONE"))).toContain('"Mars/North"');
  });

  it("checks combinations with settings that are invalid themselves", () => {
    const faults = faultsOf({ HOST: "0.0.0.0", KAFKA_BROKERS: "x", KAFKA_PASSWORD: "y", PORT: "-1", ROLES: "cook" });
    expect(faults.map((fault) => fault.slice(0, fault.indexOf(":")))).toEqual([
      ...["KAFKA_BROKERS", "PORT", "ROLES"],
      ...["KAFKA_BROKERS", "HOST", "KAFKA_PASSWORD"],
    ]);
  });

  it("never shows a secret", () => {
    const faults = faultsOf({
      AUTH_SECRET: "too-short-secret",
      DATABASE_URL: "postgres://u:hunter2@h/db",
      REDIS_URL: "x:hunter2",
    });
    expect(faults).toHaveLength(3);
    expect(faults.join()).not.toMatch(/hunter2|too-short/);
    expect(faults.join()).toContain("(hidden)");
  });

  it.each([
    ["REDIS_URL without the database", { REDIS_URL: "redis://h:1" }],
    ["KAFKA_BROKERS without Redis", { KAFKA_BROKERS: "h:1", DATABASE_URL: "mysql://u:p@h/d" }],
    ["fewer roles without Redis", { ROLES: "api" }],
    ["migrate with another role", { ROLES: "migrate,api" }],
    ["an unknown role", { ROLES: "api,cook" }],
    ["both kinds of auth", { AUTH_SECRET: "x".repeat(32), AUTH_JWKS_URL: "https://h/jwks" }],
    ["open mode on an address that is not loopback", { HOST: "0.0.0.0" }],
    ["open mode on a host name that starts like a loopback address", { HOST: "127.0.0.1.example.com" }],
    ["an origin with a path", { CORS_ORIGINS: "https://shop.example/x" }],
    ["an unknown option of the database URL", { DATABASE_URL: "mysql://u:p@h/d?ssl=true" }],
    ["a database URL without a database name", { DATABASE_URL: "mysql://u:p@h:3306/" }],
    ["TLS to an IP address", { DATABASE_URL: "mysql://u:p@10.0.0.7/d?ssl-mode=VERIFY_IDENTITY" }],
    ["TLS to an IPv6 address", { DATABASE_URL: "mysql://u:p@[::1]/d?ssl-mode=VERIFY_IDENTITY" }],
    ["a user without a password", { KAFKA_USERNAME: "u" }],
    ["a password without a user", { KAFKA_PASSWORD: "p" }],
    ["a plain password without TLS", { KAFKA_USERNAME: "u", KAFKA_PASSWORD: "p", KAFKA_SASL_MECHANISM: "plain" }],
    ["a secret of 31 bytes", { AUTH_SECRET: "x".repeat(31) }],
  ])("rejects %s", (_, environment) => {
    expect(faultsOf(environment as Record<string, string>)).toHaveLength(1);
  });

  it("parses lists, flags and logins", () => {
    const config = readConfig({
      DATABASE_URL: "mysql://u:p@h:3306/d?ssl-mode=VERIFY_IDENTITY",
      REDIS_URL: "rediss://a:1,b:2",
      KAFKA_BROKERS: "a:9092, b:9092",
      KAFKA_TLS: "true",
      KAFKA_USERNAME: "u",
      KAFKA_PASSWORD: "p",
      KAFKA_SASL_MECHANISM: "plain",
      ROLES: "worker",
      HOST: "0.0.0.0",
      AUTH_SECRET: "x".repeat(32),
    });
    expect(config.KAFKA_BROKERS).toEqual(["a:9092", "b:9092"]);
    expect(kafkaOptions(config, "node")?.login).toEqual({ mechanism: "plain", username: "u", password: "p" });
    expect(config.ROLES).toEqual(new Set(["worker"]));
  });
});
