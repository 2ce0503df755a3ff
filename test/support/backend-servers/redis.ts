import { setTimeout as sleep } from "node:timers/promises";
import type { Certificate } from "./certificate.js";
import { findProgram, makeFolder, run } from "./child-process.js";
import { freePort } from "./free-port.js";
import { ServerProcess } from "./server-process.js";

/** One Redis, `redis://127.0.0.1:PORT`, or `rediss://:PASSWORD@localhost:PORT`. */
export type RedisServer = ServerProcess & { readonly url: string };

export interface RedisOptions {
  /** Default true, synced every second: keys outlive a `restart`. False keeps them in memory only. */
  readonly appendOnly?: boolean;
  /** Requires TLS and a password. */
  readonly secured?: { readonly password: string } & Certificate;
}

/** Starts one Redis. */
export async function startRedis(options: RedisOptions = {}): Promise<RedisServer> {
  const port = await freePort();
  // One database per test that needs its own.
  return startServer(port, options.appendOnly ?? true, ["--databases", "1024"], options.secured);
}

/** Three masters without replicas; a test reaches a single one through `nodes`. */
export interface RedisClusterServers {
  readonly version: string;
  readonly nodes: readonly RedisServer[];
  readonly urls: readonly string[];
  /** The nodes in one line: `redis://127.0.0.1:p1,127.0.0.1:p2,127.0.0.1:p3`. */
  readonly url: string;
  /** Stops every node. */
  stop(): Promise<void>;
}

/** Starts a Redis Cluster of three nodes that share out all slots; resolves when each of them calls the cluster ok. */
export async function startRedisCluster(): Promise<RedisClusterServers> {
  const ports = [await freePort(), await freePort(), await freePort()];
  const nodes = await Promise.all(
    ports.map((port) => startServer(port, true, ["--cluster-enabled", "yes", "--cluster-node-timeout", "5000"])),
  );
  const addresses = ports.map((port) => `127.0.0.1:${port}`);
  await cli("--cluster", "create", ...addresses, "--cluster-replicas", "0", "--cluster-yes");
  await Promise.all(ports.map(untilClusterIsOk));
  return {
    version: nodes[0]?.version ?? "",
    nodes,
    urls: nodes.map(({ url }) => url),
    url: `redis://${addresses.join(",")}`,
    stop: async () => {
      await Promise.all(nodes.map((node) => node.stop()));
    },
  };
}

async function startServer(
  port: number,
  appendOnly: boolean,
  extra: readonly string[],
  secured?: RedisOptions["secured"],
): Promise<RedisServer> {
  const program = findProgram("redis-server", "redis-server");
  const folder = makeFolder();
  const asSecured = secured
    ? ["-h", "localhost", "--tls", "--cacert", secured.certificate, "--no-auth-warning", "-a", secured.password]
    : [];
  const server = await ServerProcess.start({
    name: "Redis",
    version: /v=(\S+)/.exec(await run([program, "--version"]))?.[1] ?? "unknown",
    command: [
      program,
      ...["--bind", "127.0.0.1", "--dir", folder, "--save", ""],
      ...(secured ? securedBy(secured, port) : ["--port", `${port}`]),
      ...["--appendonly", appendOnly ? "yes" : "no", "--appendfsync", "everysec", ...extra],
    ],
    folder,
    answers: async () => {
      // While Redis loads its data it responds with LOADING.
      const answer = await cli("-p", `${port}`, ...asSecured, "ping");
      if (answer !== "PONG") throw new Error(answer);
    },
  });
  const url = secured ? `rediss://:${secured.password}@localhost:${port}` : `redis://127.0.0.1:${port}`;
  return Object.assign(server, { url });
}

function securedBy({ certificate, key, password }: NonNullable<RedisOptions["secured"]>, port: number): string[] {
  const files = ["--tls-cert-file", certificate, "--tls-key-file", key, "--tls-auth-clients", "no"];
  return ["--port", "0", "--tls-port", `${port}`, ...files, "--requirepass", password];
}

async function untilClusterIsOk(port: number): Promise<void> {
  const deadline = Date.now() + 30_000;
  while (!(await cli("-p", `${port}`, "cluster", "info")).includes("cluster_state:ok")) {
    if (Date.now() > deadline) throw new Error("Redis Cluster does not come together");
    await sleep(50);
  }
}

async function cli(...args: string[]): Promise<string> {
  return run([findProgram("redis-cli", "redis-tools"), ...args]);
}
