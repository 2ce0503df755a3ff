import { Kafka, logLevel, type SASLOptions } from "kafkajs";
import { DomainError } from "../../domain/problem.js";
import { guardIdleQueues } from "./idle-guard.js";

export type KafkaOptions = {
  /** `host:port` each. */
  readonly brokers: readonly string[];
  /** Before the names of topics and groups; may be empty. */
  readonly topicPrefix: string;
  /** Of topics that this service creates. */
  readonly partitions: number;
  readonly replication: number;
  readonly clientId: string;
  /** Certificates are checked against Node's own list and `NODE_EXTRA_CA_CERTS`. */
  readonly tls?: boolean;
  readonly login?:
    | { readonly mechanism: "plain" | "scram-sha-256" | "scram-sha-512"; username: string; password: string }
    | undefined;
};

/** Hears what kafkajs would print. */
export type KafkaLog = (level: "error" | "warn", message: string, facts: object) => void;

/** Explicit, since kafkajs has other defaults under NODE_ENV=test. */
const retry = { initialRetryTime: 100, factor: 0.2, multiplier: 2, maxRetryTime: 1_000, retries: 5 };

/** A client that opens no connection yet. */
export const openKafka = ({ brokers, clientId, tls = false, login }: KafkaOptions, log: KafkaLog): Kafka => {
  guardIdleQueues();
  return new Kafka({
    brokers: [...brokers],
    clientId,
    ssl: tls,
    ...(login !== undefined && { sasl: login as SASLOptions }),
    retry,
    connectionTimeout: 1_000,
    requestTimeout: 5_000,
    logLevel: logLevel.WARN,
    logCreator: () => (entry) => {
      const { message, timestamp: _, ...facts } = entry.log;
      log(entry.level === logLevel.ERROR ? "error" : "warn", message, facts);
    },
  });
};

/** What every failure of the engine looks like to the core. */
export const kafkaUnavailable = (cause: unknown): DomainError =>
  new DomainError({ code: "engine-unavailable", engine: "kafka" }, cause);

/** Answers what `work` answers within `ms`, else fails; kafkajs itself waits for minutes on a frozen broker. */
export const withDeadline = async <T>(work: Promise<T>, ms: number): Promise<T> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
};
