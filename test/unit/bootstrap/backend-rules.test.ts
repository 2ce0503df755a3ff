import { describe, expect, it } from "vitest";
import { kafkaFaults, redisFaults, type SettingFault, sqlFaults } from "../../../src/bootstrap/backend-rules.js";

const linesOf = (faults: readonly SettingFault[]) =>
  faults.map(({ setting, found, wanted, where }) => [setting, found, wanted, ...(where ?? [])].join(" | "));

describe("redisFaults", () => {
  const node = (name: string, policy: string, appendonly = "yes") => ({
    node: name,
    settings: { "maxmemory-policy": policy, appendonly },
  });

  it("requires noeviction and an append-only file", () => {
    expect(redisFaults([node("a:1", "noeviction"), node("b:1", "noeviction")])).toEqual([]);
    expect(linesOf(redisFaults([node("a:1", "noeviction", "no")]))).toEqual(["appendonly | no | yes | a:1"]);
  });

  it("merges equal faults of several nodes", () => {
    const nodes = [node("a:1", "allkeys-lru"), node("b:1", "noeviction"), node("c:1", "allkeys-lru")];
    expect(linesOf(redisFaults([...nodes, node("d:1", "volatile-ttl")]))).toEqual([
      "maxmemory-policy | allkeys-lru | noeviction | a:1 | c:1",
      "maxmemory-policy | volatile-ttl | noeviction | d:1",
    ]);
  });

  it("ignores settings that a node does not report", () => {
    expect(redisFaults([{ node: "a:1", settings: {} }])).toEqual([]);
  });
});

describe("sqlFaults", () => {
  const safe = {
    innodb_flush_log_at_trx_commit: "1",
    log_bin: "OFF",
    sync_binlog: "0",
    binlog_format: "STATEMENT",
    sql_mode: "STRICT_TRANS_TABLES,NO_ENGINE_SUBSTITUTION",
    time_zone: "+00:00",
    transaction_isolation: "READ-COMMITTED",
  };

  it("requires a flush at every commit", () => {
    expect(sqlFaults(safe)).toEqual([]);
    expect(sqlFaults({ ...safe, innodb_flush_log_at_trx_commit: "3" })).toEqual([]);
    expect(linesOf(sqlFaults({ ...safe, innodb_flush_log_at_trx_commit: "2" }))).toEqual([
      "innodb_flush_log_at_trx_commit | 2 | 1",
    ]);
  });

  it("checks the settings of the binary log only if the server writes one", () => {
    expect(linesOf(sqlFaults({ ...safe, log_bin: "ON" }))).toEqual([
      "sync_binlog | 0 | 1",
      "binlog_format | STATEMENT | ROW",
    ]);
    expect(sqlFaults({ ...safe, log_bin: "ON", sync_binlog: "1", binlog_format: "MIXED" })).toEqual([]);
  });

  it("requires backslash escapes and strict mode", () => {
    const [danger, ...others] = sqlFaults({ ...safe, sql_mode: "STRICT_ALL_TABLES,NO_BACKSLASH_ESCAPES" });
    expect(danger).toMatchObject({ setting: "sql_mode", wanted: "without NO_BACKSLASH_ESCAPES" });
    expect(danger?.risk).toMatch(/^DANGER/);
    expect(others).toEqual([]);
    expect(linesOf(sqlFaults({ ...safe, sql_mode: "" }))).toEqual(["sql_mode |  | with STRICT_TRANS_TABLES"]);
  });

  it("requires the time zone and isolation level of the service in its sessions", () => {
    const pooled = { ...safe, time_zone: "SYSTEM", transaction_isolation: "REPEATABLE-READ" };
    expect(linesOf(sqlFaults(pooled))).toEqual([
      "time_zone | SYSTEM | +00:00",
      "transaction_isolation | REPEATABLE-READ | READ-COMMITTED",
    ]);
  });

  it("ignores settings that the server does not report", () => {
    expect(sqlFaults({})).toEqual([]);
  });
});

describe("kafkaFaults", () => {
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
  ])("wants min.insync.replicas $wanted for $replicas replicas with $min", ({ replicas, min, wanted }) => {
    const found = kafkaFaults([topic(replicas, min)], replicas);
    expect(found.map((fault) => fault.wanted)).toEqual(wanted === undefined ? [] : [wanted]);
  });

  it("requires KAFKA_REPLICATION replicas per topic", () => {
    expect(linesOf(kafkaFaults([topic(1, 1, "a"), topic(3, 2, "b"), topic(1, 1, "c")], 3))).toEqual([
      "replication factor | 1 | 3 | a | c",
    ]);
    expect(kafkaFaults([topic(3, 2)], 1)).toEqual([]);
  });

  it("ignores settings that the brokers do not report", () => {
    expect(kafkaFaults([topic(3, null)], 3)).toEqual([]);
    expect(kafkaFaults([], 3)).toEqual([]);
  });
});
