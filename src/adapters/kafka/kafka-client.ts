import { Kafka, type LogEntry, logLevel, type SASLOptions } from "kafkajs";
import type { Timers } from "../../application/ports/timers.js";
import { timeoutAfter } from "../../application/timeout-after.js";
import { guardIdleQueues } from "./idle-guard.js";

export type KafkaOptions = {
  /** One `host:port` per broker. */
  readonly brokers: readonly string[];
  /** Prefix of the names of topics and groups; may be empty. */
  readonly topicPrefix: string;
  /** Partitions of topics that this service creates. */
  readonly partitions: number;
  /** Replicas of topics that this service creates. */
  readonly replication: number;
  readonly clientId: string;
  /** Checks certificates against Node's own list and `NODE_EXTRA_CA_CERTS`. */
  readonly tls?: boolean;
  readonly login?:
    | { readonly mechanism: "plain" | "scram-sha-256" | "scram-sha-512"; username: string; password: string }
    | undefined;
};

/** Receives the log entries of kafkajs and of this folder. */
export type KafkaLog = (level: "error" | "warn" | "debug", message: string, facts: object) => void;

/** Explicit, because kafkajs has other defaults if NODE_ENV is `test`. */
const retry = { initialRetryTime: 100, factor: 0.2, multiplier: 2, maxRetryTime: 1_000, retries: 5 };

/** Creates a client. It does not connect yet. */
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
      log(levelOf(entry), message, facts);
    },
  });
};

/** A rebalance is normal, but kafkajs logs an error for each request that meets one: about 50 at the first start. */
const levelOf = ({ level, log: { message, error = "" } }: LogEntry): "error" | "warn" | "debug" => {
  if (/rebalanc/.test(`${message} ${error}`)) return "debug";
  return level === logLevel.ERROR ? "error" : "warn";
};

/** Rejects if `work` takes longer than `ms`: kafkajs waits for minutes on a broker that does not answer. */
export const withDeadline = async <T>(work: Promise<T>, ms: number, timers: Timers): Promise<T> => {
  const result = await timeoutAfter(ms, timers)(work);
  if (result === "late") throw new Error(`no response within ${ms} ms`);
  return result;
};
