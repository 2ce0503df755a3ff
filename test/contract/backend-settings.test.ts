import { randomUUID } from "node:crypto";
import { Redis } from "ioredis";
import { Kafka, logLevel } from "kafkajs";
import { createConnection } from "mysql2/promise";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { readTopicSettings } from "../../src/adapters/kafka/kafka-settings.js";
import { readRedisSettings } from "../../src/adapters/redis/redis-settings.js";
import { closeDatabase, openDatabase } from "../../src/adapters/sql/database.js";
import { readSqlSettings } from "../../src/adapters/sql/sql-settings.js";
import { systemTimers } from "../../src/adapters/system/system-timers.js";
import { kafkaFaults, redisFaults, type SettingFault, sqlFaults } from "../../src/bootstrap/backend-rules.js";
import { eventTypes } from "../../src/domain/event.js";
import { type MariaDbServer, startMariaDb } from "../support/backend-servers/mariadb.js";
import {
  type RedisClusterServers,
  type RedisServer,
  startRedis,
  startRedisCluster,
} from "../support/backend-servers/redis.js";
import { backendUrls } from "../support/backends.js";

const unavailable = { problem: { code: "engine-unavailable" } };
const namesOf = (faults: readonly SettingFault[]) => faults.map(({ setting, found }) => `${setting} ${found}`);

/** Sends commands to one Redis, as its operator would. */
const command = async (url: string, ...commands: readonly (readonly [string, ...string[]])[]) => {
  const redis = new Redis(url);
  for (const [name, ...args] of commands) await redis.call(name, ...args);
  redis.disconnect();
};

describe.skipIf(!backendUrls.redis)("settings of Redis", () => {
  let redis: RedisServer;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis.stop());

  it("are read", async () => {
    const node = new URL(redis.url).host;
    const right = [{ node, settings: { "maxmemory-policy": "noeviction", appendonly: "yes" } }];
    expect(await readRedisSettings(redis.url)).toEqual(right);
    expect(redisFaults(right)).toEqual([]);
    await command(
      redis.url,
      ["CONFIG", "SET", "maxmemory-policy", "volatile-lru"],
      ["CONFIG", "SET", "appendonly", "no"],
    );
    const wrong = redisFaults(await readRedisSettings(redis.url));
    expect(namesOf(wrong)).toEqual(["maxmemory-policy volatile-lru", "appendonly no"]);
    expect(wrong.map(({ where }) => where)).toEqual([[node], [node]]);
  });

  it("are skipped without a fault if the user may not read them", async () => {
    await command(redis.url, ["ACL", "SETUSER", "shop", "on", ">secret", "~*", "&*", "+@all", "-config"]);
    const url = redis.url.replace("//", "//shop:secret@");
    const [own, ...others] = await readRedisSettings(url);
    expect([own?.settings, others]).toEqual([{}, []]);
  });

  it("cannot be read while the backend is unreachable", async () => {
    await redis.stop();
    await expect(readRedisSettings(redis.url)).rejects.toMatchObject(unavailable);
  });
});

describe.skipIf(!backendUrls.redisCluster)("settings of a Redis Cluster", () => {
  let cluster: RedisClusterServers;
  beforeAll(async () => {
    cluster = await startRedisCluster();
  });
  afterAll(() => cluster.stop());

  it("are read from every master, given any of them", async () => {
    const [, wrong] = cluster.urls;
    await command(wrong ?? "", ["CONFIG", "SET", "maxmemory-policy", "allkeys-lru"]);
    // A comma makes it a Cluster, and these two masters name the third.
    const found = await readRedisSettings(cluster.url.split(",").slice(0, 2).join(","));
    expect(found.map(({ node }) => node).sort()).toEqual(cluster.urls.map((url) => new URL(url).host).sort());
    const faults = redisFaults(found);
    expect(namesOf(faults)).toEqual(["maxmemory-policy allkeys-lru"]);
    expect(faults[0]?.where).toEqual([new URL(wrong ?? "").host]);
  });
});

describe("settings of SQLite", () => {
  it("need no check, because this service sets them", async () => {
    const db = openDatabase({ kind: "sqlite", file: ":memory:" });
    onTestFinished(() => closeDatabase(db));
    expect(await readSqlSettings(db)).toEqual({});
  });
});

describe.skipIf(!backendUrls.database)("settings of MariaDB", () => {
  let mariadb: MariaDbServer;
  beforeAll(async () => {
    mariadb = await startMariaDb();
  });
  afterAll(() => mariadb.stop());

  const read = async () => {
    const db = openDatabase({ kind: "mysql", url: mariadb.url });
    try {
      return await readSqlSettings(db);
    } finally {
      await closeDatabase(db);
    }
  };
  const setGlobal = async (settings: string) => {
    const connection = await createConnection({ uri: mariadb.url });
    await connection.query(`SET GLOBAL ${settings}`);
    await connection.end();
  };

  it("are read from the server and from a session of this service", async () => {
    const right = await read();
    expect(right).toMatchObject({
      innodb_flush_log_at_trx_commit: "1",
      log_bin: "OFF",
      sync_binlog: "0",
      time_zone: "+00:00",
      transaction_isolation: "READ-COMMITTED",
    });
    expect(sqlFaults(right)).toEqual([]);
    await setGlobal("innodb_flush_log_at_trx_commit = 2, sql_mode = 'NO_BACKSLASH_ESCAPES'");
    const wrong = sqlFaults(await read());
    expect(wrong.map(({ setting, wanted }) => `${setting} ${wanted}`)).toEqual([
      "innodb_flush_log_at_trx_commit 1",
      "sql_mode without NO_BACKSLASH_ESCAPES",
      "sql_mode with STRICT_TRANS_TABLES",
    ]);
  });

  it("cannot be read while the backend is unreachable", async () => {
    await mariadb.stop();
    await expect(read()).rejects.toMatchObject(unavailable);
  });
});

describe.skipIf(!backendUrls.kafka)("settings of Kafka's topics", () => {
  const brokers = backendUrls.kafka?.split(",") ?? [];
  const optionsOf = (topicPrefix: string) => ({
    brokers,
    topicPrefix,
    partitions: 1,
    replication: 1,
    clientId: "settings",
  });
  const create = async (prefix: string, types: readonly string[], entries: readonly (readonly [string, string])[]) => {
    const admin = new Kafka({ brokers, logLevel: logLevel.NOTHING }).admin();
    await admin.connect();
    const configEntries = entries.map(([name, value]) => ({ name, value }));
    await admin.createTopics({
      topics: types.map((type) => ({ topic: prefix + type, numPartitions: 1, configEntries })),
      waitForLeaders: true,
    });
    await admin.disconnect();
  };

  it("are read from every topic after all topics exist", async () => {
    const prefix = `${randomUUID()}.`;
    const [first = "", ...others] = eventTypes;
    await create(prefix, [first], [["min.insync.replicas", "2"]]);
    await expect(readTopicSettings(optionsOf(prefix), systemTimers)).rejects.toMatchObject(unavailable);
    await create(prefix, others, []);
    const found = await readTopicSettings(optionsOf(prefix), systemTimers);
    expect(found.map(({ topic }) => topic).sort()).toEqual(eventTypes.map((type) => prefix + type).sort());
    expect(found.find(({ topic }) => topic === prefix + first)).toMatchObject({ replicas: 1, minInSyncReplicas: 2 });
    expect(found.filter(({ minInSyncReplicas }) => minInSyncReplicas === 1)).toHaveLength(others.length);

    const faults = kafkaFaults(found, 1);
    expect(namesOf(faults)).toEqual(["min.insync.replicas 2"]);
    expect(faults[0]?.where).toEqual([prefix + first]);
    expect(namesOf(kafkaFaults(found, 3))).toContain("replication factor 1");
  });

  it("cannot be read while the backend is unreachable", async () => {
    const unreachable = { ...optionsOf(""), brokers: ["127.0.0.1:1"] };
    await expect(readTopicSettings(unreachable, systemTimers)).rejects.toMatchObject(unavailable);
  });
});
