import { Cluster, type Redis } from "ioredis";
import { parseRedisAddress } from "./redis-address.js";
import { unavailableOr } from "./redis-errors.js";
import { RedisLink } from "./redis-link.js";

/** The settings of one Redis server by name; empty if it does not report them. */
export type RedisSettings = { readonly node: string; readonly settings: Readonly<Record<string, string>> };

const names = ["maxmemory-policy", "appendonly"];
/** `CONFIG` is not permitted: by access rules, or because the operator has renamed the command. */
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

/** The reply alternates names and values. */
const settingIn = (pairs: readonly string[], name: string): readonly (readonly [string, string])[] => {
  const value = pairs[pairs.indexOf(name) + 1];
  return pairs.includes(name) && value !== undefined ? [[name, value]] : [];
};

/**
 * Reads the settings of a Redis server, or of every master of a Cluster, on a separate connection.
 * @param address as for `openRedis`
 * @throws DomainError `engine-unavailable`
 */
export const readRedisSettings = async (address: string): Promise<readonly RedisSettings[]> => {
  const link = new RedisLink(parseRedisAddress(address), { onError: () => {}, onWrongServer: () => {} });
  try {
    await link.start();
    const { connection } = link;
    const nodes = connection instanceof Cluster ? connection.nodes("master") : [connection];
    return await Promise.all(nodes.map(settingsOf));
  } catch (error) {
    throw unavailableOr(error);
  } finally {
    await link.stop();
  }
};
