import { Cluster, Redis, type RedisOptions } from "ioredis";
import type { RedisAddress } from "./redis-address.js";
import { shownState } from "./redis-replies.js";
import { redisScripts } from "./redis-scripts.js";

/** The URL of a node, or where a Cluster says that it is. */
export type RedisNode = string | ({ readonly host: string; readonly port: number } & RedisAddress["access"]);

/** How long to wait for a reply, ms: a request must end within two seconds, also if Redis does not reply. */
const timeoutMs = 1000;
/** The shortest time between two reconnects that a reply causes, ms. */
const pauseMs = { demoted: 250, stuck: 1000 } as const;

/** The delay before the next attempt to connect, ms. */
export const retryDelay = (tries: number): number => Math.min(50 * 2 ** tries, timeoutMs);

const options = {
  lazyConnect: true,
  connectTimeout: timeoutMs,
  commandTimeout: timeoutMs,
  // A frozen Redis is disconnected, so that it does not receive outdated commands when it continues.
  socketTimeout: 2 * timeoutMs,
  // How long a closed connection may wait for the server's own close.
  disconnectTimeout: timeoutMs / 2,
  maxLoadingRetryTime: 200,
  maxRetriesPerRequest: 1,
  keepAlive: 10_000,
} satisfies RedisOptions;

/**
 * Closes a connection as soon as a reply shows that it may lead to a wrong server, so that the next one leads to the
 * master.
 */
const reconnectOnError = (onWrongServer: () => void): ((error: Error) => boolean) => {
  let lastAt = Number.NEGATIVE_INFINITY;
  return (error) => {
    const state = shownState(error);
    if (state === undefined || performance.now() - lastAt < pauseMs[state]) return false;
    lastAt = performance.now();
    onWrongServer();
    return true;
  };
};

/**
 * Creates a connection with the scripts as commands. It resends commands that a lost connection left open.
 * @param onWrongServer is called when a reply shows that the address may lead to another server now
 */
export const openServer = (url: string, onWrongServer: () => void = () => {}): Redis =>
  new Redis(url, {
    ...options,
    scripts: redisScripts,
    retryStrategy: retryDelay,
    reconnectOnError: reconnectOnError(onWrongServer),
  });

/** As `openServer`, to a Cluster. It finds the other nodes by those of the address. */
export const openCluster = ({ nodes, access }: RedisAddress, onWrongServer: () => void = () => {}): Cluster =>
  new Cluster([...nodes], {
    lazyConnect: true,
    scripts: redisScripts,
    clusterRetryStrategy: retryDelay,
    slotsRefreshTimeout: timeoutMs,
    // A Cluster's offline queue has no timeout, so no command may wait in it.
    enableOfflineQueue: false,
    maxRedirections: 5,
    // Keeps host names, which certificates contain.
    dnsLookup: (host, done) => done(null, host),
    redisOptions: { ...options, ...access, reconnectOnError: reconnectOnError(onWrongServer) },
  });

/** Creates a connection of the kind that the address suggests. */
export const openConnection = (address: RedisAddress): Redis | Cluster =>
  address.cluster ? openCluster(address) : openServer(address.nodes[0] ?? "");

/** Creates a connection to one node that does not reconnect. */
export const openNode = (node: RedisNode): Redis =>
  typeof node === "string"
    ? new Redis(node, { ...options, retryStrategy: null })
    : new Redis({ ...node, ...options, retryStrategy: null });
