import { Cluster, Redis, type RedisOptions } from "ioredis";
import type { RedisAddress } from "./redis-address.js";
import { redisScripts } from "./redis-scripts.js";

/** Longest wait for an answer, ms: a request must end within two seconds, whatever has become of Redis. */
const patienceMs = 1000;

/** How long to wait before the next attempt to connect, ms. */
export const retryDelay = (tries: number): number => Math.min(50 * 2 ** tries, patienceMs);

const options = {
  lazyConnect: true,
  connectTimeout: patienceMs,
  commandTimeout: patienceMs,
  // A frozen Redis is left, so that what is asked of it meanwhile is not sent to it when it thaws.
  socketTimeout: 2 * patienceMs,
  maxRetriesPerRequest: 1,
  keepAlive: 10_000,
} satisfies RedisOptions;

/** Knows the scripts as commands; sends again by itself what a lost connection left unanswered. */
export const openConnection = ({ cluster, nodes, access }: RedisAddress): Redis | Cluster =>
  cluster
    ? new Cluster([...nodes], {
        lazyConnect: true,
        scripts: redisScripts,
        clusterRetryStrategy: retryDelay,
        slotsRefreshTimeout: patienceMs,
        // A Cluster's own queue knows no time limit, so nothing may wait in it.
        enableOfflineQueue: false,
        maxRedirections: 5,
        redisOptions: { ...options, ...access },
      })
    : new Redis(nodes[0] ?? "", { ...options, scripts: redisScripts, retryStrategy: retryDelay });

/** A connection to one node that ends for good when it is lost. */
export const openNode = (url: string): Redis => new Redis(url, { ...options, retryStrategy: null });
