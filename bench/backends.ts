import { constants, setPriority } from "node:os";
import { Redis } from "ioredis";
import { startKafka } from "../test/support/backend-servers/kafka.js";
import { startMariaDb } from "../test/support/backend-servers/mariadb.js";
import { startRedis } from "../test/support/backend-servers/redis.js";
import { migrated } from "./migrated-database.js";
import type { Settings } from "./program.js";

/** The backends of the benchmarks, on the other core than the measured program. */
export type Backends = {
  /** Returns settings of a service on all backends, with its own migrated database and topics. */
  settings(name: string): Promise<Settings & { readonly DATABASE_URL: string; readonly REDIS_URL: string }>;
  readonly redis: Redis;
  stop(): Promise<void>;
};

export const startBackends = async (): Promise<Backends> => {
  const [redisServer, database, kafka] = await Promise.all([startRedis(), startMariaDb(), startKafka()]);
  const redis = new Redis(redisServer.url);
  await raisePriority(redis);
  return {
    redis,
    async settings(name) {
      const url = await migrated(await database.createDatabase(name));
      return {
        DATABASE_URL: url,
        REDIS_URL: redisServer.url,
        KAFKA_BROKERS: kafka.brokers,
        TOPIC_PREFIX: `${name}-`,
      };
    },
    async stop() {
      redis.disconnect();
      await Promise.all([redisServer.stop(), database.stop(), kafka.stop()]);
    },
  };
};

/** Returns how many scripts Redis has run. Commands inside a script are not counted. */
export const scriptCalls = async ({ redis }: Pick<Backends, "redis">): Promise<number> => {
  const stats = await redis.info("commandstats");
  return [...stats.matchAll(/cmdstat_(?:eval|evalsha):calls=(\d+)/g)].reduce((sum, [, n]) => sum + Number(n), 0);
};

/**
 * Gives Redis the highest priority if permitted. Redis measures its commands by the clock, so without priority their times
 * include those of other processes on the core.
 */
const raisePriority = async (redis: Redis): Promise<void> => {
  const pid = Number(/process_id:(\d+)/.exec(await redis.info("server"))?.[1]);
  try {
    setPriority(pid, constants.priority.PRIORITY_HIGHEST);
  } catch {
    console.error("no permission to raise the priority of Redis: its times may be too long");
  }
};
