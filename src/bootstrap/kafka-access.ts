import { z } from "zod";
import type { KafkaOptions } from "../adapters/kafka/kafka-client.js";
import { flag } from "./flag.js";

const mechanisms = ["scram-sha-512", "scram-sha-256", "plain"] as const;

/** The settings for TLS and login at the brokers. */
export const kafkaAccessSettings = {
  KAFKA_TLS: flag(),
  KAFKA_USERNAME: z.string().min(1).optional(),
  KAFKA_PASSWORD: z.string().min(1).optional().meta({ secret: true }),
  KAFKA_SASL_MECHANISM: z.enum(mechanisms, `one of ${mechanisms.join(", ")}`).default("scram-sha-512"),
};

type KafkaConfig = z.infer<z.ZodObject<typeof kafkaAccessSettings>> & {
  readonly KAFKA_BROKERS?: readonly string[] | undefined;
  readonly TOPIC_PREFIX: string;
  readonly KAFKA_PARTITIONS: number;
  readonly KAFKA_REPLICATION: number;
};

/** The options of a client of the brokers, or `null` in a profile without Kafka. */
export const kafkaOptions = (config: KafkaConfig, clientId: string): KafkaOptions | null => {
  if (config.KAFKA_BROKERS === undefined) return null;
  const { KAFKA_USERNAME: username, KAFKA_PASSWORD: password, KAFKA_SASL_MECHANISM: mechanism } = config;
  return {
    brokers: config.KAFKA_BROKERS,
    topicPrefix: config.TOPIC_PREFIX,
    partitions: config.KAFKA_PARTITIONS,
    replication: config.KAFKA_REPLICATION,
    clientId,
    tls: config.KAFKA_TLS,
    login: username && password ? { mechanism, username, password } : undefined,
  };
};
