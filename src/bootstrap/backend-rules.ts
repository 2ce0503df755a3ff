import type { TopicSettings } from "../adapters/kafka/kafka-settings.js";
import type { RedisSettings } from "../adapters/redis/redis-settings.js";

/** A setting of an engine that is not as the promises need it. */
export type SettingFault = {
  readonly setting: string;
  readonly found: string;
  readonly wanted: string;
  /** What may happen as it is. */
  readonly risk: string;
  /** Which of several nodes or topics are so. */
  readonly where?: readonly string[];
};

type Rule = Omit<SettingFault, "found" | "where"> & { readonly isRight: (found: string) => boolean };

const redisRules: readonly Rule[] = [
  {
    setting: "maxmemory-policy",
    wanted: "noeviction",
    risk: "a queue may be evicted in mid-drop: its claims get 503 until it is rebuilt",
    isRight: (found) => found === "noeviction",
  },
  {
    setting: "appendonly",
    wanted: "yes",
    risk: "a restart of Redis loses every queue and board: 503, and boards read from the database, until they are rebuilt",
    isRight: (found) => found === "yes",
  },
];

const sqlRules: readonly Rule[] = [
  {
    setting: "innodb_flush_log_at_trx_commit",
    wanted: "1",
    risk: "a crash of the server may lose what was answered as done: accepted claims, payments, orders",
    // MariaDB's 3 syncs even more often.
    isRight: (found) => found === "1" || found === "3",
  },
  {
    setting: "sql_mode",
    wanted: "without NO_BACKSLASH_ESCAPES",
    risk: "DANGER: the driver escapes text by backslashes, so a caller's text could be read as SQL",
    isRight: (found) => !modesIn(found).includes("NO_BACKSLASH_ESCAPES"),
  },
  {
    setting: "sql_mode",
    wanted: "with STRICT_TRANS_TABLES",
    risk: "a value that does not fit is cut off in silence",
    isRight: (found) => modesIn(found).some((mode) => mode === "STRICT_TRANS_TABLES" || mode === "STRICT_ALL_TABLES"),
  },
  {
    setting: "time_zone",
    wanted: "+00:00",
    risk: "something between us and the server changes our sessions: times may be read in another zone",
    isRight: (found) => found === "+00:00",
  },
  {
    setting: "transaction_isolation",
    wanted: "READ-COMMITTED",
    risk: "something between us and the server changes our sessions: neighbours' inserts deadlock",
    isRight: (found) => found === "READ-COMMITTED",
  },
];

/** Of these something hangs only where the server writes a binary log. */
const binaryLogRules: readonly Rule[] = [
  {
    setting: "sync_binlog",
    wanted: "1",
    risk: "a replica that takes over, or a restore to a point in time, may lack what was answered as done",
    isRight: (found) => found === "1",
  },
  {
    setting: "binlog_format",
    wanted: "ROW",
    risk: "at READ COMMITTED the server refuses every write",
    isRight: (found) => found !== "STATEMENT",
  },
];

const modesIn = (mode: string): readonly string[] => mode.split(",");

/** The rules that are broken; what the engine does not tell breaks none. */
const broken = (rules: readonly Rule[], settings: Readonly<Record<string, string>>): readonly SettingFault[] =>
  rules.flatMap(({ isRight, ...rule }) => {
    const found = settings[rule.setting];
    return found === undefined || isRight(found) ? [] : [{ ...rule, found }];
  });

/** One fault for all the places where it is the same. */
const gathered = (
  faults: readonly { readonly where: string; readonly fault: SettingFault }[],
): readonly SettingFault[] => {
  const alike = new Map<string, SettingFault & { readonly where: readonly string[] }>();
  for (const { where, fault } of faults) {
    const key = JSON.stringify([fault.setting, fault.found, fault.wanted]);
    alike.set(key, { ...fault, where: [...(alike.get(key)?.where ?? []), where] });
  }
  return [...alike.values()];
};

/** What is wrong with a Redis, or with nodes of a Cluster. */
export const redisFaults = (nodes: readonly RedisSettings[]): readonly SettingFault[] =>
  gathered(
    nodes.flatMap(({ node, settings }) => broken(redisRules, settings).map((fault) => ({ where: node, fault }))),
  );

/** What is wrong with a MySQL or MariaDB, and with our sessions there. */
export const sqlFaults = (settings: Readonly<Record<string, string>>): readonly SettingFault[] => {
  const rules = settings.log_bin === "ON" ? [...sqlRules, ...binaryLogRules] : sqlRules;
  return broken(rules, settings);
};

/**
 * What is wrong with the topics.
 * @param replication `KAFKA_REPLICATION`
 */
export const kafkaFaults = (topics: readonly TopicSettings[], replication: number): readonly SettingFault[] =>
  gathered(topics.flatMap((topic) => topicFaults(topic, replication).map((fault) => ({ where: topic.topic, fault }))));

const topicFaults = ({ replicas, minInSyncReplicas }: TopicSettings, replication: number): readonly SettingFault[] => {
  const faults: SettingFault[] = [];
  if (replicas < replication) {
    const risk = "an event is on fewer brokers than KAFKA_REPLICATION says, and lost with them";
    faults.push({ setting: "replication factor", found: `${replicas}`, wanted: `${replication}`, risk });
  }
  if (minInSyncReplicas === null) return faults;
  const enough = Math.max(1, Math.min(2, replicas - 1));
  const fault = { setting: "min.insync.replicas", found: `${minInSyncReplicas}` };
  if (minInSyncReplicas > replicas)
    faults.push({ ...fault, wanted: `${enough}`, risk: "there are not so many replicas: no event is ever taken" });
  else if (minInSyncReplicas < enough)
    faults.push({ ...fault, wanted: `${enough}`, risk: "an event counts as sent while one broker alone has it" });
  else if (minInSyncReplicas === replicas && replicas > 2)
    faults.push({ ...fault, wanted: `${enough}`, risk: "with one broker away no event is taken" });
  return faults;
};
