import type { z } from "zod";
import { settings } from "../src/bootstrap/config.js";
import { markdownTable } from "./marked-parts.js";

type Name = keyof typeof settings.shape;

/** What each setting decides, in half a line. */
const decides: Readonly<Record<Name, string>> = {
  DATABASE_URL: "MySQL 8.4 or MariaDB 10.11 instead of the SQLite file; migrate it once with `ROLES=migrate`",
  REDIS_URL: "Redis 7.0+, single or Cluster, instead of this process's memory; needs the database",
  KAFKA_BROKERS: "Apache Kafka instead of the journal in the database; needs Redis",
  KAFKA_TLS: "whether to speak TLS to the brokers",
  KAFKA_USERNAME: "who the service is to the brokers (SASL); with its password",
  KAFKA_PASSWORD: "the password of `KAFKA_USERNAME`; both or neither",
  KAFKA_SASL_MECHANISM: "the SASL mechanism of that login; `plain` over TLS only",
  HOST: "the address to listen on; with the role `api`, one that is not loopback needs tokens",
  PORT: "its port; 0 takes a free one",
  DATA_DIR: "where the SQLite file lives",
  ROLES: "what this process does; fewer than all three need Redis",
  AUTH_SECRET: "tokens signed with this secret (HS256)",
  AUTH_JWKS_URL: "tokens signed with a provider's keys (RS256, ES256, EdDSA)",
  AUTH_ISSUER: "what a token's `iss` must be",
  AUTH_AUDIENCE: "what a token's `aud` must be",
  ORDER_TTL_SECONDS: "after so long an unpaid order ends by itself",
  HOLD_TTL_SECONDS: "after so long a held seat is free again",
  SOLD_OUT_SCORE: "how sell-outs are ranked: [docs/sold-out-scores.md](docs/sold-out-scores.md)",
  STATISTICS_CRON: "when days are closed, by the clocks of the business time zone",
  CLAIM_SWEEP_SECONDS: "how long a claim may stay unsettled before the sweeper takes it up",
  TOPIC_PREFIX: "stands before the names of Kafka's topics and groups",
  KAFKA_PARTITIONS: "of topics that the service creates",
  KAFKA_REPLICATION: "of topics that the service creates",
  RATE_LIMIT_PER_SHOPPER: "requests a second, bursts of twice that; 0 is off",
  CORS_ORIGINS: "other sites whose pages may call",
  BUSINESS_TIME_ZONE: "decides days, weeks and midnight",
  WEBHOOK_URL: "who is told of sell-outs: [docs/webhook.md](docs/webhook.md)",
  WEBHOOK_SECRET: "what those messages are signed with; both or neither",
  WEBHOOK_ALLOW_PRIVATE: "whether that URL may lead to this machine or a private network",
  LOG_LEVEL: "JSON lines on stdout, from this level on",
};

const code = (text: string): string => `\`${text}\``;

const defaultOf = (schema: z.ZodType): string => {
  const { defaultValue } = schema.def as { readonly defaultValue?: unknown };
  if (defaultValue === undefined) return "none";
  return defaultValue === "" ? "empty" : code(String(defaultValue));
};

/** What a schema says is accepted; asked with what no setting but a free text may be. */
const acceptedBy = (schema: z.ZodType): string => {
  const { success, error } = schema.safeParse("\u0000");
  return success ? "any text" : error.issues.map(({ message }) => message).join("; ");
};

/** Every setting: its default, what is accepted and what it decides, as the schema has it. */
export const settingsTable = (): string =>
  markdownTable(
    ["setting", "default", "accepted", "decides"],
    (Object.entries(settings.shape) as [Name, z.ZodType][]).map(([name, schema]) => [
      code(name),
      defaultOf(schema),
      acceptedBy(schema),
      decides[name],
    ]),
  );
