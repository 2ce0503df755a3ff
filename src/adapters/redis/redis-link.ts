import { Cluster, Redis } from "ioredis";
import type { RedisAddress } from "./redis-address.js";
import { openCluster, openServer, type RedisNode, retryDelay } from "./redis-connection.js";
import { isNoCluster, isRedirection } from "./redis-replies.js";

export type LinkListeners = {
  /** Receives the error of every lost connection and failed attempt. */
  readonly onError: (error: Error) => void;
  /** A reply showed that the address may lead to another server now. */
  readonly onWrongServer: () => void;
};

/**
 * The connection of a client, as a Cluster or to a single server, whichever the address leads to. The number of
 * addresses is only a first guess: hosted Clusters have one address, and an address may lead to another kind later.
 */
export class RedisLink {
  private readonly address: RedisAddress;
  private readonly listeners: LinkListeners;
  private current: Redis | Cluster;
  private settling: Promise<void> | undefined;
  /** Counts the servers that were tried, if the addresses are of single servers. */
  private tries = 0;
  private stopped = false;

  constructor(address: RedisAddress, listeners: LinkListeners) {
    this.address = address;
    this.listeners = listeners;
    this.current = address.cluster ? this.createCluster() : this.createServer();
  }

  get connection(): Redis | Cluster {
    return this.current;
  }

  get isCluster(): boolean {
    return this.current instanceof Cluster;
  }

  /** Connects; if Redis is unreachable, resolves and keeps trying in the background. */
  async start(): Promise<void> {
    this.settling = this.connect(this.current);
    for (let seen: unknown; seen !== this.settling; ) {
      seen = this.settling;
      await this.settling;
    }
  }

  /** Closes the connection, after the replies to the commands in progress if Redis still replies. */
  async stop(): Promise<void> {
    this.stopped = true;
    const { current } = this;
    if (current.status === "ready") await current.quit().catch(() => {});
    current.disconnect();
  }

  /** Receives the error of each command: a redirection shows that a single server belongs to a Cluster. */
  failed(error: unknown): void {
    if (this.current instanceof Redis && isRedirection(error)) this.replace(this.current, () => this.createCluster());
  }

  /** Returns a node for a subscriber's connection; another one for each attempt. */
  nodeFor(attempt: number): RedisNode {
    const { current, address } = this;
    const known =
      current instanceof Cluster ? current.nodes().map(({ options: { host, port } }) => ({ host, port })) : [];
    const node = known[attempt % known.length];
    if (node?.host !== undefined && node.port !== undefined)
      return { host: node.host, port: node.port, ...address.access };
    return this.serverAt(this.tries + attempt);
  }

  private serverAt(index: number): string {
    const { nodes } = this.address;
    return nodes[index % nodes.length] ?? "";
  }

  private createServer(): Redis {
    const server = openServer(this.serverAt(this.tries), this.listeners.onWrongServer);
    const tryNext = () => {
      this.tries += 1;
      this.replace(server, () => this.createServer(), retryDelay(1));
    };
    server.on("error", this.listeners.onError);
    server.on("ready", () => {
      this.settling = this.check(server, tryNext);
    });
    if (this.address.nodes.length > 1) server.on("reconnecting", tryNext);
    return server;
  }

  private createCluster(): Cluster {
    const cluster = openCluster(this.address, this.listeners.onWrongServer);
    cluster.on("error", this.listeners.onError);
    cluster.on("node error", (error: Error) => {
      if (isNoCluster(error)) this.replace(cluster, () => this.createServer());
    });
    return cluster;
  }

  /** Finds out whether the server belongs to a Cluster, and with several addresses whether it is the master. */
  private async check(server: Redis, tryNext: () => void): Promise<void> {
    // Without the permission to read it, the first redirection shows the same.
    const info = await server.info().catch(() => "");
    if (info.includes("cluster_enabled:1")) this.replace(server, () => this.createCluster());
    else if (this.address.nodes.length > 1 && info.includes("role:slave")) tryNext();
  }

  private replace(previous: Redis | Cluster, create: () => Redis | Cluster, delayMs = 0): void {
    if (this.stopped || this.current !== previous) return;
    const next = create();
    this.current = next;
    // Later, because ioredis may be in the middle of handling an event of the previous connection.
    setImmediate(() => previous.disconnect());
    this.settling = delayMs === 0 ? this.connect(next) : pause(delayMs).then(() => this.connect(next));
    this.listeners.onWrongServer();
  }

  private async connect(connection: Redis | Cluster): Promise<void> {
    if (!this.stopped) await connection.connect().catch(() => {});
  }
}

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms).unref());
