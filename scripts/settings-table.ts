import type { z } from "zod";
import { settings } from "../src/bootstrap/config.js";
import { markdownTable } from "./marked-parts.js";

type Name = keyof typeof settings.shape;

/** What each setting does. */
const effects: Readonly<Record<Name, string>> = {
  DATABASE_URL:
    "MySQL 8.4 or MariaDB 10.11 instead of the SQLite file; run `ROLES=migrate` once before the first start",
  REDIS_URL: "Redis 7.0 or later, single or Cluster, instead of process memory; needs `DATABASE_URL`",
  KAFKA_BROKERS: "Apache Kafka instead of the journal in the database; needs `REDIS_URL`",
  KAFKA_TLS: "use TLS for connections to the brokers",
  KAFKA_USERNAME: "SASL user of the brokers; needs `KAFKA_PASSWORD`",
  KAFKA_PASSWORD: "password of `KAFKA_USERNAME`",
  KAFKA_SASL_MECHANISM: "SASL mechanism of that login; `plain` is accepted with TLS only",
  HOST: "address to listen on; with the role `api`, an address that is not loopback needs `AUTH_SECRET` or `AUTH_JWKS_URL`",
  PORT: "port to listen on; 0 uses a free one",
  DATA_DIR: "folder of the SQLite file",
  ROLES: "what this process does; fewer than all three need `REDIS_URL`",
  AUTH_SECRET: "secret of bearer tokens (HS256)",
  AUTH_JWKS_URL: "published keys of bearer tokens (RS256, ES256, EdDSA)",
  AUTH_ISSUER: "required value of a token's `iss`; unset: not checked",
  AUTH_AUDIENCE: "required value of a token's `aud`; unset: not checked",
  ORDER_TTL_SECONDS: "an unpaid order is cancelled after this time",
  HOLD_TTL_SECONDS: "a held seat that is not paid becomes free after this time",
  SOLD_OUT_SCORE: "ranking of sell-outs: [sold-out-scores.md](sold-out-scores.md)",
  STATISTICS_CRON: "when the daily close closes days, in the business time zone",
  CLAIM_SWEEP_SECONDS: "how long a claim may stay unsettled before the sweeper processes it",
  TOPIC_PREFIX: "prefix of Kafka topics and consumer groups",
  KAFKA_PARTITIONS: "partitions of topics that the service creates",
  KAFKA_REPLICATION: "replication factor of topics that the service creates",
  RATE_LIMIT_PER_SHOPPER: "requests per second and process; burst: twice that; 0 = off",
  CORS_ORIGINS: "origins of other sites whose pages may call the API",
  BUSINESS_TIME_ZONE: "decides days, weeks and midnight",
  WEBHOOK_URL:
    "target of the webhook `settings`, which receives sell-outs: [webhook.md](webhook.md); needs `WEBHOOK_SECRET`",
  WEBHOOK_SECRET: "signing secret of the webhook `settings`; needs `WEBHOOK_URL`",
  WEBHOOK_ALLOW_PRIVATE: "permit targets of webhooks on this machine, in a private network, or on any port",
  PAYMENT_URL: "the shop's payment bridge, instead of the sandbox: [payments.md](payments.md); needs `PAYMENT_SECRET`",
  PAYMENT_SECRET: "signing secret of calls to the bridge; needs `PAYMENT_URL`",
  CURRENCY: "currency of all amounts, which are in its minor unit",
  LOG_LEVEL: "lowest level of log lines on stdout",
};

const code = (text: string): string => `\`${text}\``;

const defaultOf = (schema: z.ZodType): string => {
  const { defaultValue } = schema.def as { readonly defaultValue?: unknown };
  if (defaultValue === undefined) return "none";
  return defaultValue === "" ? "empty" : code(String(defaultValue));
};

/** Returns the schema's own message about accepted values: the one for a value that only free text accepts. */
const acceptedBy = (schema: z.ZodType): string => {
  const { success, error } = schema.safeParse("\u0000");
  return success ? "any text" : error.issues.map(({ message }) => message).join("; ");
};

/** Returns a table of all settings: default, accepted values and effect. */
export const settingsTable = (): string =>
  markdownTable(
    ["setting", "default", "accepted", "effect"],
    (Object.entries(settings.shape) as [Name, z.ZodType][]).map(([name, schema]) => [
      code(name),
      defaultOf(schema),
      acceptedBy(schema),
      effects[name],
    ]),
  );
