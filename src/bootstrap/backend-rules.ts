import type { TopicSettings } from "../adapters/kafka/kafka-settings.js";
import type { RedisSettings } from "../adapters/redis/redis-settings.js";

/** A setting of a backend that endangers a promise. */
export type SettingFault = {
  readonly setting: string;
  readonly found: string;
  readonly wanted: string;
  /** What may happen with this setting. */
  readonly risk: string;
  /** The nodes or topics with this setting, if there are several. */
  readonly where?: readonly string[];
};

type Rule = Omit<SettingFault, "found" | "where"> & { readonly isRight: (found: string) => boolean };

const redisRules: readonly Rule[] = [
  {
    setting: "maxmemory-policy",
    wanted: "noeviction",
    risk: "a queue may be evicted during a drop: its claims get 503 until it is rebuilt",
    isRight: (found) => found === "noeviction",
  },
  {
    setting: "appendonly",
    wanted: "yes",
    risk: "a restart of Redis loses every queue and board: until they are rebuilt, claims get 503 and boards are read from the database",
    isRight: (found) => found === "yes",
  },
];

const sqlRules: readonly Rule[] = [
  {
    setting: "innodb_flush_log_at_trx_commit",
    wanted: "1",
    risk: "a crash of the server may lose accepted claims, payments and orders",
    // The value 3 of MariaDB syncs more often than 1.
    isRight: (found) => found === "1" || found === "3",
  },
  {
    setting: "sql_mode",
    wanted: "without NO_BACKSLASH_ESCAPES",
    risk: "DANGER: the driver escapes text with backslashes, so the text of a caller could be executed as SQL",
    isRight: (found) => !modesIn(found).includes("NO_BACKSLASH_ESCAPES"),
  },
  {
    setting: "sql_mode",
    wanted: "with STRICT_TRANS_TABLES",
    risk: "a value that is too long is truncated without an error",
    isRight: (found) => modesIn(found).some((mode) => mode === "STRICT_TRANS_TABLES" || mode === "STRICT_ALL_TABLES"),
  },
  {
    setting: "time_zone",
    wanted: "+00:00",
    risk: "a proxy or pool changes the sessions of the service: times may be read in another zone",
    isRight: (found) => found === "+00:00",
  },
  {
    setting: "transaction_isolation",
    wanted: "READ-COMMITTED",
    risk: "a proxy or pool changes the sessions of the service: concurrent inserts deadlock",
    isRight: (found) => found === "READ-COMMITTED",
  },
];

/** These settings matter only if the server writes a binary log. */
const binaryLogRules: readonly Rule[] = [
  {
    setting: "sync_binlog",
    wanted: "1",
    risk: "a replica that takes over, or a restore to a point in time, may lack accepted claims, payments and orders",
    isRight: (found) => found === "1",
  },
  {
    setting: "binlog_format",
    wanted: "ROW",
    risk: "at READ COMMITTED the server rejects every write",
    isRight: (found) => found !== "STATEMENT",
  },
];

const modesIn = (mode: string): readonly string[] => mode.split(",");

/** Returns the violated rules. A setting that the backend does not report violates none. */
const broken = (rules: readonly Rule[], settings: Readonly<Record<string, string>>): readonly SettingFault[] =>
  rules.flatMap(({ isRight, ...rule }) => {
    const found = settings[rule.setting];
    return found === undefined || isRight(found) ? [] : [{ ...rule, found }];
  });

/** Merges equal faults of several nodes or topics. */
const merged = (
  faults: readonly { readonly where: string; readonly fault: SettingFault }[],
): readonly SettingFault[] => {
  const byFault = new Map<string, SettingFault & { readonly where: readonly string[] }>();
  for (const { where, fault } of faults) {
    const key = JSON.stringify([fault.setting, fault.found, fault.wanted]);
    byFault.set(key, { ...fault, where: [...(byFault.get(key)?.where ?? []), where] });
  }
  return [...byFault.values()];
};

/** Returns the unsafe settings of a Redis, or of the nodes of a Cluster. */
export const redisFaults = (nodes: readonly RedisSettings[]): readonly SettingFault[] =>
  merged(nodes.flatMap(({ node, settings }) => broken(redisRules, settings).map((fault) => ({ where: node, fault }))));

/** Returns the unsafe settings of a MySQL or MariaDB, and of the sessions of the service. */
export const sqlFaults = (settings: Readonly<Record<string, string>>): readonly SettingFault[] => {
  const rules = settings.log_bin === "ON" ? [...sqlRules, ...binaryLogRules] : sqlRules;
  return broken(rules, settings);
};

/**
 * Returns the unsafe settings of the topics.
 * @param replication `KAFKA_REPLICATION`
 */
export const kafkaFaults = (topics: readonly TopicSettings[], replication: number): readonly SettingFault[] =>
  merged(topics.flatMap((topic) => topicFaults(topic, replication).map((fault) => ({ where: topic.topic, fault }))));

const topicFaults = ({ replicas, minInSyncReplicas }: TopicSettings, replication: number): readonly SettingFault[] => {
  const faults: SettingFault[] = [];
  if (replicas < replication) {
    const risk = "an event is on fewer brokers than KAFKA_REPLICATION, and lost if all of them fail";
    faults.push({ setting: "replication factor", found: `${replicas}`, wanted: `${replication}`, risk });
  }
  if (minInSyncReplicas === null) return faults;
  const enough = Math.max(1, Math.min(2, replicas - 1));
  const fault = { setting: "min.insync.replicas", found: `${minInSyncReplicas}` };
  if (minInSyncReplicas > replicas)
    faults.push({ ...fault, wanted: `${enough}`, risk: "there are fewer replicas: no event is ever accepted" });
  else if (minInSyncReplicas < enough)
    faults.push({ ...fault, wanted: `${enough}`, risk: "an event counts as sent when only one broker has it" });
  else if (minInSyncReplicas === replicas && replicas > 2)
    faults.push({ ...fault, wanted: `${enough}`, risk: "if one broker is unavailable, no event is accepted" });
  return faults;
};
