import { constants, setPriority } from "node:os";
import { Redis } from "ioredis";
import { closeDatabase, openDatabase } from "../src/adapters/sql/database.js";
import { migrate } from "../src/adapters/sql/migrate.js";
import { startKafka } from "../test/support/engines/kafka.js";
import { startMariaDb } from "../test/support/engines/mariadb.js";
import { startRedis } from "../test/support/engines/redis.js";
import type { Settings } from "./program.js";

/** Real engines of the bench's own, on the core beside what is measured. */
export type Engines = {
  /** Settings of a service that uses all of them; its database is migrated, its topics are its own. */
  settings(name: string): Promise<Settings & { readonly DATABASE_URL: string; readonly REDIS_URL: string }>;
  readonly redis: Redis;
  stop(): Promise<void>;
};

export const startEngines = async (): Promise<Engines> => {
  const [redisEngine, database, kafka] = await Promise.all([startRedis(), startMariaDb(), startKafka()]);
  const redis = new Redis(redisEngine.url);
  await letFirst(redis);
  return {
    redis,
    async settings(name) {
      const url = await database.createDatabase(name);
      const db = openDatabase({ kind: "mysql", url });
      await migrate(db);
      await closeDatabase(db);
      return {
        DATABASE_URL: url,
        REDIS_URL: redisEngine.url,
        KAFKA_BROKERS: kafka.brokers,
        TOPIC_PREFIX: `${name}-`,
      };
    },
    async stop() {
      redis.disconnect();
      await Promise.all([redisEngine.stop(), database.stop(), kafka.stop()]);
    },
  };
};

/**
 * Redis counts its commands' time by the clock, also while a neighbour has the core: an `INFO` took it 7 ms so. As on a
 * machine of its own it is let in first, where we may say so.
 */
const letFirst = async (redis: Redis): Promise<void> => {
  const pid = Number(/process_id:(\d+)/.exec(await redis.info("server"))?.[1]);
  try {
    setPriority(pid, constants.priority.PRIORITY_HIGHEST);
  } catch {
    console.error("Redis runs with the priority of all others: its own times may be too long");
  }
};
