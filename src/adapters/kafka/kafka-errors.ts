import type { BackendFault } from "../../domain/backend-fault.js";
import { backendUnavailable, type DomainError } from "../../domain/problem.js";

type KafkaError = {
  readonly name?: string;
  readonly code?: string | number;
  /** The name of a broker's error code; only errors that the broker returned have it. */
  readonly type?: string;
  readonly cause?: unknown;
  readonly message?: string;
};

/** The broker's error codes. */
const brokerFaults: Readonly<Record<string, BackendFault>> = {
  SASL_AUTHENTICATION_FAILED: "login-refused",
  UNSUPPORTED_SASL_MECHANISM: "login-refused",
  ILLEGAL_SASL_STATE: "login-refused",
  TOPIC_AUTHORIZATION_FAILED: "not-permitted",
  GROUP_AUTHORIZATION_FAILED: "not-permitted",
  CLUSTER_AUTHORIZATION_FAILED: "not-permitted",
  TRANSACTIONAL_ID_AUTHORIZATION_FAILED: "not-permitted",
  UNKNOWN_TOPIC_OR_PARTITION: "schema-missing",
  KAFKA_STORAGE_ERROR: "broken-files",
  LEADER_NOT_AVAILABLE: "stopping",
  NOT_LEADER_FOR_PARTITION: "stopping",
  GROUP_COORDINATOR_NOT_AVAILABLE: "stopping",
  GROUP_LOAD_IN_PROGRESS: "stopping",
  NOT_COORDINATOR_FOR_GROUP: "stopping",
  NOT_CONTROLLER: "stopping",
  BROKER_NOT_AVAILABLE: "unreachable",
  REPLICA_NOT_AVAILABLE: "unreachable",
  NOT_ENOUGH_REPLICAS: "unreachable",
  NOT_ENOUGH_REPLICAS_AFTER_APPEND: "unreachable",
  NETWORK_EXCEPTION: "unreachable",
  REQUEST_TIMED_OUT: "slow",
};

/** kafkajs's own errors, by name. */
const clientFaults: Readonly<Record<string, BackendFault>> = {
  KafkaJSSASLAuthenticationError: "login-refused",
  KafkaJSRequestTimeoutError: "slow",
  KafkaJSTimeout: "slow",
  KafkaJSTopicMetadataNotLoaded: "schema-missing",
  KafkaJSCreateTopicError: "schema-missing",
};

/** Returns why Kafka could not do its work. An error of the broker that is not listed here is unknown. */
const faultOf = (error: unknown): BackendFault => {
  const {
    name = "",
    type,
    cause,
    message = "",
  } = (typeof error === "object" && error !== null ? error : {}) as KafkaError;
  if (type !== undefined) return brokerFaults[type] ?? "unknown";
  const own = clientFaults[name] ?? (/^no response within/.test(message) ? "unreachable" : undefined);
  if (own !== undefined) return own;
  return cause instanceof Error ? faultOf(cause) : "unreachable";
};

/** Returns the error that the core gets for every failure of Kafka. */
export const kafkaUnavailable = (error: unknown): DomainError => backendUnavailable("kafka", faultOf(error), error);
