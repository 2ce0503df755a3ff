import { createConnection, type RowDataPacket } from "mysql2/promise";
import { type MariaDbServer, startMariaDb } from "./backend-servers/mariadb.js";
import { TcpRelay, targetOf } from "./tcp-relay.js";

type Side = 0 | 1;

/** A MariaDB, its replica, and an address that follows the primary. The user of the address may not write to a replica. */
export type MariaDbPair = {
  readonly url: string;
  readonly servers: readonly [MariaDbServer, MariaDbServer];
  readonly relay: TcpRelay;
  /** Runs a statement of an operator. */
  admin(side: Side, sql: string): Promise<readonly RowDataPacket[]>;
  /** Makes the primary read-only. */
  demote(): Promise<void>;
  /** Promotes the replica, makes the old primary its replica and switches the address. Open connections stay. */
  promote(): Promise<void>;
  /** The side that new connections reach. */
  primary(): Side;
  /** Open connections of the user of the address. */
  connectionsTo(side: Side): Promise<number>;
  /** Sends SIGKILL. */
  killPrimary(): Promise<void>;
  restartPrimary(): Promise<void>;
  stop(): Promise<void>;
};

const user = "shop";
const password = "shop-password";

/** Starts the pair with GTID replication. The second server is a replica that has everything. */
export const startMariaDbPair = async (): Promise<MariaDbPair> => {
  const options = (id: number) => [
    ...[`--server-id=${id}`, "--log-bin=binlog", "--binlog-format=ROW", "--log-slave-updates", "--sync-binlog=1"],
  ];
  const servers = await Promise.all([startMariaDb(undefined, options(1)), startMariaDb(undefined, options(2))]);
  const targets = [targetOf(servers[0].url), targetOf(servers[1].url)] as const;
  const admin = async (side: Side, sql: string) => {
    const connection = await createConnection({ uri: servers[side].url });
    const [rows] = await connection.query<RowDataPacket[]>(sql).finally(() => connection.destroy());
    return rows;
  };
  const follow = async (replica: Side, position: "slave_pos" | "current_pos") => {
    const { host, port } = targets[replica === 0 ? 1 : 0];
    const login = new URL(servers[0].url);
    await admin(
      replica,
      `CHANGE MASTER TO master_host = '${host}', master_port = ${port}, master_user = '${login.username}',
       master_password = '${login.password}', master_use_gtid = ${position}, master_connect_retry = 1`,
    );
    await admin(replica, "START SLAVE");
  };
  let primary: Side = 0;
  const catchUp = async () => {
    const [position] = await admin(primary, "SELECT @@gtid_binlog_pos AS gtid");
    await admin(primary === 0 ? 1 : 0, `SELECT MASTER_GTID_WAIT('${position?.gtid}', 10)`);
  };

  await admin(1, "SET GLOBAL read_only = 1");
  await follow(1, "slave_pos");
  await admin(0, `CREATE USER ${user} IDENTIFIED BY '${password}'`);
  await admin(0, `GRANT ALL ON rushboard.* TO ${user}`);
  await admin(0, `GRANT ALL ON \`j\\_%\`.* TO ${user}`);
  await catchUp();
  const relay = await TcpRelay.start(targets[0]);
  return {
    url: `mysql://${user}:${password}@127.0.0.1:${relay.port}/rushboard`,
    servers,
    relay,
    admin,
    demote: async () => {
      await admin(primary, "SET GLOBAL read_only = 1");
      await catchUp();
    },
    promote: async () => {
      const [old, next]: readonly [Side, Side] = primary === 0 ? [0, 1] : [1, 0];
      await admin(next, "STOP SLAVE");
      await admin(next, "RESET SLAVE ALL");
      await admin(next, "SET GLOBAL read_only = 0");
      primary = next;
      await follow(old, "current_pos");
      relay.switchTo(targets[next]);
    },
    primary: () => primary,
    connectionsTo: async (side) => {
      const [row] = await admin(
        side,
        `SELECT COUNT(*) AS n FROM information_schema.processlist WHERE user = '${user}'`,
      );
      return Number(row?.n);
    },
    killPrimary: () => servers[primary].kill(),
    restartPrimary: () => servers[primary].restart(),
    stop: async () => {
      await relay.stop();
      await Promise.all(servers.map((server) => server.kill()));
    },
  };
};
