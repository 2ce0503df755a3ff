import { z } from "zod";
import { isCronExpression } from "../adapters/cron/cron-job.js";
import { isMysqlAddress, verifiedTls } from "../adapters/sql/mysql-address.js";
import type { TimeZone } from "../domain/business-day.js";
import { type ScorePolicy, scorePolicies } from "../domain/sold-out-score.js";
import { kafkaAccessSettings } from "./kafka-access.js";
import { paymentSettings } from "./payment-settings.js";
import { webhookSettings } from "./webhook-settings.js";

const loopback = /^(127(\.\d{1,3}){3}|::1|localhost)$/;
const roleNames = ["api", "worker", "scheduler", "migrate"] as const;
const logLevels = ["trace", "debug", "info", "warn", "error", "fatal", "silent"] as const;
export type Role = (typeof roleNames)[number];

const text = z.string().min(1);
const list = (separator = ",") =>
  z.string().transform((given) =>
    given
      .split(separator)
      .map((part) => part.trim())
      .filter((part) => part !== ""),
  );
const wholeNumber = (least: number, most: number) =>
  z
    .string()
    .regex(/^\d+$/, `a whole number from ${least} to ${most}`)
    .transform(Number)
    .refine((n) => n >= least && n <= most, `a whole number from ${least} to ${most}`);
const url = (accepted: string, ...protocols: string[]) =>
  z.string().refine((given) => {
    try {
      return protocols.includes(new URL(given.split(",")[0] ?? "").protocol);
    } catch {
      return false;
    }
  }, accepted);

const isTimeZone = (name: string): boolean => {
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    return false;
  }
};

/** Marks a setting whose value is never shown, not even in a fault. */
const secret = { secret: true };

/** Every setting of the service: accepted values, default, and whether it is a secret. */
export const settings = z.object({
  DATABASE_URL: z
    .string()
    .refine(isMysqlAddress, `mysql://user:password@host:port/database; for TLS add ?${verifiedTls} and use a host name`)
    .optional()
    .meta(secret),
  REDIS_URL: url(
    "redis://[user:password@]host:port; for a Cluster one address, or several: redis://host:port,host:port,…; rediss:// for TLS",
    "redis:",
    "rediss:",
  )
    .optional()
    .meta(secret),
  KAFKA_BROKERS: list()
    .refine(
      (brokers) => brokers.length > 0 && brokers.every((b) => /^[^\s:/]+:\d+$/.test(b)),
      "host:port, separated by commas",
    )
    .optional(),
  ...kafkaAccessSettings,
  HOST: text.default("127.0.0.1"),
  PORT: wholeNumber(0, 65_535).prefault("3000"),
  DATA_DIR: text.default("./data"),
  ROLES: list()
    .refine((roles) => roles.length > 0 && roles.every((r) => (roleNames as readonly string[]).includes(r)), {
      message: "one or more of api, worker, scheduler, separated by commas; or migrate alone",
    })
    .transform((roles) => new Set(roles as Role[]))
    .refine((roles) => !roles.has("migrate") || roles.size === 1, "migrate without other roles")
    .prefault("api,worker,scheduler"),
  AUTH_SECRET: z
    .string()
    .refine((given) => new TextEncoder().encode(given).length >= 32, "at least 32 bytes")
    .optional()
    .meta(secret),
  AUTH_JWKS_URL: url("an http(s) URL", "https:", "http:").optional(),
  AUTH_ISSUER: text.optional(),
  AUTH_AUDIENCE: text.optional(),
  ORDER_TTL_SECONDS: wholeNumber(1, 86_400).prefault("900"),
  HOLD_TTL_SECONDS: wholeNumber(1, 86_400).prefault("300"),
  SOLD_OUT_SCORE: z.enum(scorePolicies as [ScorePolicy], `one of ${scorePolicies.join(", ")}`).default("tiered"),
  STATISTICS_CRON: z.string().refine(isCronExpression, "a cron expression, such as 0 3 * * *").default("0 3 * * *"),
  CLAIM_SWEEP_SECONDS: wholeNumber(1, 3600).prefault("30"),
  TOPIC_PREFIX: z
    .string()
    .regex(/^[A-Za-z0-9._-]{0,100}$/, "up to 100 letters, digits, dots, underscores and hyphens")
    .default(""),
  KAFKA_PARTITIONS: wholeNumber(1, 1000).prefault("3"),
  KAFKA_REPLICATION: wholeNumber(1, 10).prefault("1"),
  RATE_LIMIT_PER_SHOPPER: wholeNumber(0, 1_000_000).prefault("20"),
  CORS_ORIGINS: list()
    .refine(
      (origins) => origins.every((o) => URL.canParse(o) && new URL(o).origin === o),
      "origins such as https://shop.example, separated by commas, without path",
    )
    .prefault(""),
  BUSINESS_TIME_ZONE: z
    .string()
    .refine(isTimeZone, "an IANA time zone name, such as Asia/Seoul")
    .transform((name) => name as TimeZone)
    .prefault("Asia/Seoul"),
  ...webhookSettings,
  ...paymentSettings,
  LOG_LEVEL: z.enum(logLevels, `one of ${logLevels.join(", ")}`).default("info"),
});

/** The checked settings of the service. */
export type Config = z.infer<typeof settings>;

/** The faults of the settings, one line per fault: name, given value (secrets hidden), accepted values. */
export class ConfigError extends Error {
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    super(faults.join("\n"));
    this.name = "ConfigError";
    this.faults = faults;
  }
}

const isSecret = (name: string): boolean =>
  settings.shape[name as keyof typeof settings.shape]?.meta()?.secret === true;

const shown = (name: string, given: string | undefined): string => {
  if (given === undefined) return "unset";
  return isSecret(name) ? "(hidden)" : JSON.stringify(given.slice(0, 100));
};

/** Returns the faults of settings that are valid alone but not together. */
const conflicts = (config: Config): string[] => {
  const faults: string[] = [];
  const fault = (name: keyof Config, given: string, accepted: string) =>
    faults.push(`${name}: given ${given}; accepted: ${accepted}`);
  const needs = (name: keyof Config, other: keyof Config) => {
    if (config[name] && !config[other]) fault(name, `without ${other}`, `${name} together with ${other}`);
  };
  needs("REDIS_URL", "DATABASE_URL");
  needs("KAFKA_BROKERS", "REDIS_URL");
  const roles = [...config.ROLES].sort().join(",");
  if (!config.REDIS_URL && !config.ROLES.has("migrate") && config.ROLES.size < 3)
    fault("ROLES", `${JSON.stringify(roles)} without REDIS_URL`, "api,worker,scheduler, or REDIS_URL");
  if (config.AUTH_SECRET && config.AUTH_JWKS_URL)
    fault("AUTH_JWKS_URL", "together with AUTH_SECRET", "only one of AUTH_SECRET and AUTH_JWKS_URL");
  if (!config.AUTH_SECRET && !config.AUTH_JWKS_URL && !loopback.test(config.HOST) && config.ROLES.has("api"))
    fault(
      "HOST",
      `${JSON.stringify(config.HOST)} without tokens`,
      "a loopback address, or AUTH_SECRET or AUTH_JWKS_URL",
    );
  needs("KAFKA_USERNAME", "KAFKA_PASSWORD");
  needs("KAFKA_PASSWORD", "KAFKA_USERNAME");
  if (config.KAFKA_USERNAME && config.KAFKA_SASL_MECHANISM === "plain" && !config.KAFKA_TLS)
    fault("KAFKA_SASL_MECHANISM", '"plain" without KAFKA_TLS=true', "KAFKA_TLS=true, or a scram mechanism");
  needs("WEBHOOK_URL", "WEBHOOK_SECRET");
  needs("WEBHOOK_SECRET", "WEBHOOK_URL");
  needs("PAYMENT_URL", "PAYMENT_SECRET");
  needs("PAYMENT_SECRET", "PAYMENT_URL");
  return faults;
};

/**
 * Reads the settings from the environment. An empty variable counts as unset.
 * @throws ConfigError with all faults, of single settings and of combinations
 */
export const readConfig = (environment: Readonly<Record<string, string | undefined>>): Config => {
  const faults: string[] = [];
  const values = Object.entries(settings.shape).map(([name, schema]: [string, z.ZodType]) => {
    const given = environment[name] || undefined;
    const read = schema.safeParse(given);
    if (read.success) return [name, read.data];
    for (const { message } of read.error.issues)
      faults.push(`${name}: given ${shown(name, given)}; accepted: ${message}`);
    // An invalid setting still counts as given, so that the combinations with other settings are checked too.
    return [name, schema.parse(undefined) ?? given];
  });
  const config = Object.fromEntries(values) as Config;
  faults.push(...conflicts(config));
  if (faults.length > 0) throw new ConfigError(faults);
  return config;
};
