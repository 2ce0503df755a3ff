import { Cluster, Redis, type RedisOptions } from "ioredis";
import type { RedisAddress } from "./redis-address.js";
import { redisScripts } from "./redis-scripts.js";

/** How long to wait for a reply, ms: a request must end within two seconds, also if Redis does not reply. */
const timeoutMs = 1000;

/** The delay before the next attempt to connect, ms. */
export const retryDelay = (tries: number): number => Math.min(50 * 2 ** tries, timeoutMs);

const options = {
  lazyConnect: true,
  connectTimeout: timeoutMs,
  commandTimeout: timeoutMs,
  // A frozen Redis is disconnected, so that it does not receive outdated commands when it continues.
  socketTimeout: 2 * timeoutMs,
  maxRetriesPerRequest: 1,
  keepAlive: 10_000,
} satisfies RedisOptions;

/** Creates a connection with the scripts as commands. It resends commands that a lost connection left open. */
export const openConnection = ({ cluster, nodes, access }: RedisAddress): Redis | Cluster =>
  cluster
    ? new Cluster([...nodes], {
        lazyConnect: true,
        scripts: redisScripts,
        clusterRetryStrategy: retryDelay,
        slotsRefreshTimeout: timeoutMs,
        // A Cluster's offline queue has no timeout, so no command may wait in it.
        enableOfflineQueue: false,
        maxRedirections: 5,
        redisOptions: { ...options, ...access },
      })
    : new Redis(nodes[0] ?? "", { ...options, scripts: redisScripts, retryStrategy: retryDelay });

/** Creates a connection to one node that does not reconnect. */
export const openNode = (url: string): Redis => new Redis(url, { ...options, retryStrategy: null });
