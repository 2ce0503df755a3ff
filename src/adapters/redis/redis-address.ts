/** The address of a Redis server, or of some nodes of a Cluster. */
export type RedisAddress = {
  readonly cluster: boolean;
  /** One URL per node, each with the credentials of the first. */
  readonly nodes: readonly string[];
  /** Options for the nodes that a Cluster announces. */
  readonly access: { readonly username?: string; readonly password?: string; readonly tls?: Record<string, never> };
};

/**
 * Parses `redis://[user:password@]host:port[/db]`, or `rediss://…` for TLS. Commas separate nodes of a Cluster:
 * `redis://[user:password@]host:port,host:port,…`; the scheme may be repeated.
 */
export const parseRedisAddress = (address: string): RedisAddress => {
  const [first = "", ...others] = address.split(",");
  const { protocol, username, password } = new URL(first);
  const access = {
    ...(username && { username: decodeURIComponent(username) }),
    ...(password && { password: decodeURIComponent(password) }),
    ...(protocol === "rediss:" && { tls: {} }),
  };
  const nodes = others.map((other) => {
    const url = new URL(other.includes("://") ? other : `${protocol}//${other}`);
    return Object.assign(url, { protocol, username, password }).href;
  });
  return { cluster: nodes.length > 0, nodes: [first, ...nodes], access };
};
