import { Redis } from "ioredis";
import { type RedisServer, startRedis } from "./backend-servers/redis.js";
import { TcpRelay, targetOf } from "./tcp-relay.js";

/** A Redis, its replica, and an address that follows the master. */
export type RedisPair = {
  readonly url: string;
  readonly servers: readonly [RedisServer, RedisServer];
  /** Commands to one of the servers. */
  readonly admins: readonly [Redis, Redis];
  /** Makes the replica the master and the other one its replica. Open connections stay at the old master. */
  failOver(): Promise<void>;
  /** The server that new connections reach. */
  master(): RedisServer;
  /** How many connections of clients a server has, including one of `admins`. */
  connectionsTo(server: 0 | 1): Promise<number>;
  stop(): Promise<void>;
};

/** Starts the pair. The second server starts as a replica that has everything. */
export const startRedisPair = async (): Promise<RedisPair> => {
  const servers = await Promise.all([startRedis(), startRedis()]);
  const adminOf = ({ url }: RedisServer) => new Redis(url).on("error", () => {});
  const admins = [adminOf(servers[0]), adminOf(servers[1])] as const;
  const targets = [targetOf(servers[0].url), targetOf(servers[1].url)] as const;
  const relay = await TcpRelay.start(targets[0]);
  const follow = (replica: Redis, master: 0 | 1) => replica.replicaof(targets[master].host, targets[master].port);
  // By default a master waits five seconds for further replicas.
  await Promise.all(admins.map((admin) => admin.config("SET", "repl-diskless-sync-delay", "0")));
  await follow(admins[1], 0);
  while (!(await admins[1].info("replication")).includes("master_link_status:up"));
  let master: 0 | 1 = 0;
  return {
    url: `redis://127.0.0.1:${relay.port}`,
    servers,
    admins,
    failOver: async () => {
      const [old, next]: readonly [0 | 1, 0 | 1] = master === 0 ? [0, 1] : [1, 0];
      // Everything that the old master has confirmed is on the replica.
      await admins[old].wait(1, 1000);
      await admins[next].replicaof("NO", "ONE");
      await follow(admins[old], next);
      relay.switchTo(targets[next]);
      master = next;
    },
    master: () => servers[master],
    connectionsTo: async (server) => {
      const clients = String(await admins[server].call("CLIENT", "LIST", "TYPE", "normal"));
      const subscribers = String(await admins[server].call("CLIENT", "LIST", "TYPE", "pubsub"));
      return [clients, subscribers].join("\n").match(/^id=/gm)?.length ?? 0;
    },
    stop: async () => {
      for (const admin of admins) admin.disconnect();
      await relay.stop();
      // A master that stops waits for its replica.
      await Promise.all(servers.map((server) => server.kill()));
    },
  };
};
