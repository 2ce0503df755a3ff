import { z } from "zod";
import type { KafkaOptions } from "../adapters/kafka/kafka-client.js";

const mechanisms = ["scram-sha-512", "scram-sha-256", "plain"] as const;

/** How the service shows the brokers who it is, and whether anybody can listen. */
export const kafkaAccessSettings = {
  KAFKA_TLS: z
    .enum(["true", "false"], "true or false")
    .transform((given) => given === "true")
    .prefault("false"),
  KAFKA_USERNAME: z.string().min(1).optional(),
  KAFKA_PASSWORD: z.string().min(1).optional().meta({ secret: true }),
  KAFKA_SASL_MECHANISM: z.enum(mechanisms, `one of ${mechanisms.join(", ")}`).default("scram-sha-512"),
};

type AccessConfig = z.infer<z.ZodObject<typeof kafkaAccessSettings>>;

/** Tells `fault` of a name without its password, and of a password that would travel for all to read. */
export const kafkaAccessConflicts = (
  config: AccessConfig,
  fault: (name: keyof AccessConfig, given: string, accepted: string) => void,
): void => {
  if (config.KAFKA_USERNAME && !config.KAFKA_PASSWORD)
    fault("KAFKA_USERNAME", "without KAFKA_PASSWORD", "together with KAFKA_PASSWORD");
  if (config.KAFKA_PASSWORD && !config.KAFKA_USERNAME)
    fault("KAFKA_PASSWORD", "without KAFKA_USERNAME", "together with KAFKA_USERNAME");
  if (config.KAFKA_USERNAME && config.KAFKA_SASL_MECHANISM === "plain" && !config.KAFKA_TLS)
    fault("KAFKA_SASL_MECHANISM", '"plain" without KAFKA_TLS=true', "plain together with it, or a scram one");
};

type KafkaConfig = AccessConfig & {
  readonly KAFKA_BROKERS?: readonly string[] | undefined;
  readonly TOPIC_PREFIX: string;
  readonly KAFKA_PARTITIONS: number;
  readonly KAFKA_REPLICATION: number;
};

/** All that a client of the brokers is told. */
export const kafkaOptions = (config: KafkaConfig, clientId: string): KafkaOptions => {
  const { KAFKA_USERNAME: username, KAFKA_PASSWORD: password, KAFKA_SASL_MECHANISM: mechanism } = config;
  return {
    brokers: config.KAFKA_BROKERS ?? [],
    topicPrefix: config.TOPIC_PREFIX,
    partitions: config.KAFKA_PARTITIONS,
    replication: config.KAFKA_REPLICATION,
    clientId,
    tls: config.KAFKA_TLS,
    login: username && password ? { mechanism, username, password } : undefined,
  };
};
