import { Cluster, type Redis } from "ioredis";
import { parseRedisAddress } from "./redis-address.js";
import { openConnection } from "./redis-connection.js";
import { told } from "./redis-errors.js";

/** What one Redis says of its settings, by their names; nothing where it does not tell. */
export type RedisSettings = { readonly node: string; readonly settings: Readonly<Record<string, string>> };

const names = ["maxmemory-policy", "appendonly"];
/** It is there, and keeps this to itself: by its access rules, or because whoever runs it has taken the command away. */
const refusal = /^-?(NOPERM|ERR unknown command)/i;

const settingsOf = async (node: Redis): Promise<RedisSettings> => {
  const { host, port } = node.options;
  const pairs = await (node.config("GET", ...(names as [string])) as Promise<readonly string[]>).catch(
    (error: Error) => {
      if (refusal.test(error.message)) return [];
      throw error;
    },
  );
  const settings = Object.fromEntries(names.flatMap((name) => settingIn(pairs, name)));
  return { node: `${host}:${port}`, settings };
};

/** Names and values take turns. */
const settingIn = (pairs: readonly string[], name: string): readonly (readonly [string, string])[] => {
  const value = pairs[pairs.indexOf(name) + 1];
  return pairs.includes(name) && value !== undefined ? [[name, value]] : [];
};

/**
 * Asks a Redis, or every master of a Cluster, on a connection of its own that is closed again.
 * @param address as `openRedis` takes it
 * @throws DomainError `engine-unavailable` where one does not answer
 */
export const readRedisSettings = async (address: string): Promise<readonly RedisSettings[]> => {
  const connection = openConnection(parseRedisAddress(address)).on("error", () => {});
  try {
    await connection.connect();
    const nodes = connection instanceof Cluster ? connection.nodes("master") : [connection];
    return await Promise.all(nodes.map(settingsOf));
  } catch (error) {
    throw told(error);
  } finally {
    connection.disconnect();
  }
};
