import { describe, expect, it } from "vitest";
import { kafkaFaults, redisFaults, type SettingFault, sqlFaults } from "../../../src/bootstrap/backend-rules.js";

const told = (faults: readonly SettingFault[]) =>
  faults.map(({ setting, found, wanted, where }) => [setting, found, wanted, ...(where ?? [])].join(" | "));

describe("Redis", () => {
  const node = (name: string, policy: string, appendonly = "yes") => ({
    node: name,
    settings: { "maxmemory-policy": policy, appendonly },
  });

  it("evicts nothing, and remembers across a restart", () => {
    expect(redisFaults([node("a:1", "noeviction"), node("b:1", "noeviction")])).toEqual([]);
    expect(told(redisFaults([node("a:1", "noeviction", "no")]))).toEqual(["appendonly | no | yes | a:1"]);
  });

  it("is told of once for all nodes that are alike", () => {
    const nodes = [node("a:1", "allkeys-lru"), node("b:1", "noeviction"), node("c:1", "allkeys-lru")];
    expect(told(redisFaults([...nodes, node("d:1", "volatile-ttl")]))).toEqual([
      "maxmemory-policy | allkeys-lru | noeviction | a:1 | c:1",
      "maxmemory-policy | volatile-ttl | noeviction | d:1",
    ]);
  });

  it("gives no warning of what it does not tell", () => {
    expect(redisFaults([{ node: "a:1", settings: {} }])).toEqual([]);
  });
});

describe("MySQL", () => {
  const good = {
    innodb_flush_log_at_trx_commit: "1",
    log_bin: "OFF",
    sync_binlog: "0",
    binlog_format: "STATEMENT",
    sql_mode: "STRICT_TRANS_TABLES,NO_ENGINE_SUBSTITUTION",
    time_zone: "+00:00",
    transaction_isolation: "READ-COMMITTED",
  };

  it("keeps what it has answered", () => {
    expect(sqlFaults(good)).toEqual([]);
    expect(sqlFaults({ ...good, innodb_flush_log_at_trx_commit: "3" })).toEqual([]);
    expect(told(sqlFaults({ ...good, innodb_flush_log_at_trx_commit: "2" }))).toEqual([
      "innodb_flush_log_at_trx_commit | 2 | 1",
    ]);
  });

  it("is asked after its binary log where it writes one", () => {
    expect(told(sqlFaults({ ...good, log_bin: "ON" }))).toEqual([
      "sync_binlog | 0 | 1",
      "binlog_format | STATEMENT | ROW",
    ]);
    expect(sqlFaults({ ...good, log_bin: "ON", sync_binlog: "1", binlog_format: "MIXED" })).toEqual([]);
  });

  it("understands our way to escape, and refuses what does not fit", () => {
    const [danger, ...others] = sqlFaults({ ...good, sql_mode: "STRICT_ALL_TABLES,NO_BACKSLASH_ESCAPES" });
    expect(danger).toMatchObject({ setting: "sql_mode", wanted: "without NO_BACKSLASH_ESCAPES" });
    expect(danger?.risk).toMatch(/^DANGER/);
    expect(others).toEqual([]);
    expect(told(sqlFaults({ ...good, sql_mode: "" }))).toEqual(["sql_mode |  | with STRICT_TRANS_TABLES"]);
  });

  it("leaves our sessions as we prepare them", () => {
    const pooled = { ...good, time_zone: "SYSTEM", transaction_isolation: "REPEATABLE-READ" };
    expect(told(sqlFaults(pooled))).toEqual([
      "time_zone | SYSTEM | +00:00",
      "transaction_isolation | REPEATABLE-READ | READ-COMMITTED",
    ]);
  });

  it("gives no warning of what it does not tell, and SQLite none", () => {
    expect(sqlFaults({})).toEqual([]);
  });
});

describe("Kafka", () => {
  const topic = (replicas: number, minInSyncReplicas: number | null, name = "a") => ({
    topic: name,
    replicas,
    minInSyncReplicas,
  });

  it.each([
    { replicas: 1, min: 1, wanted: undefined },
    { replicas: 1, min: 2, wanted: "1" },
    { replicas: 2, min: 1, wanted: undefined },
    { replicas: 2, min: 2, wanted: undefined },
    { replicas: 3, min: 1, wanted: "2" },
    { replicas: 3, min: 2, wanted: undefined },
    { replicas: 3, min: 3, wanted: "2" },
    { replicas: 5, min: 3, wanted: undefined },
  ])("$replicas replicas, of which $min must have it: wanted $wanted", ({ replicas, min, wanted }) => {
    const found = kafkaFaults([topic(replicas, min)], replicas);
    expect(found.map((fault) => fault.wanted)).toEqual(wanted === undefined ? [] : [wanted]);
  });

  it("has the replicas that it was asked for", () => {
    expect(told(kafkaFaults([topic(1, 1, "a"), topic(3, 2, "b"), topic(1, 1, "c")], 3))).toEqual([
      "replication factor | 1 | 3 | a | c",
    ]);
    expect(kafkaFaults([topic(3, 2)], 1)).toEqual([]);
  });

  it("gives no warning of what it does not tell", () => {
    expect(kafkaFaults([topic(3, null)], 3)).toEqual([]);
    expect(kafkaFaults([], 3)).toEqual([]);
  });
});
