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
