/** Where a Redis is, or some nodes of a Cluster. */
export type RedisAddress = {
  readonly cluster: boolean;
  /** One URL a node, each with the credentials of the first. */
  readonly nodes: readonly string[];
  /** What the nodes that a Cluster tells of are opened with. */
  readonly access: { readonly username?: string; readonly password?: string; readonly tls?: Record<string, never> };
};

/**
 * Reads `redis://[user:password@]host:port[/db]`, or `rediss://…` for TLS. Commas make it a Cluster, of which these are
 * some nodes: `redis://[user:password@]host:port,host:port,…`, the scheme repeated or not.
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
