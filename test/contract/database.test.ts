import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { once } from "node:events";
import { copyFile } from "node:fs/promises";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { closeDatabase, openDatabase, pingDatabase, read, transact } from "../../src/adapters/sql/database.js";
import { isMigrated, migrate } from "../../src/adapters/sql/migrate.js";
import { SqlClaimRows } from "../../src/adapters/sql/sql-claim-rows.js";
import { backendUrls, openSqlBackends } from "../support/backends.js";
import { claim, coupon, manualClock, openCoupons, rowsIn } from "../support/coupon-data.js";
import { dataFolder } from "../support/node.js";

const away = { problem: { code: "engine-unavailable", engine: "database" } };

/** A way to the server that can stop carrying, as a frozen host does, or be cut. */
const wayTo = async (url: string) => {
  const { hostname, port } = new URL(url);
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(Number(port), hostname);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on("error", () => {});
    }
    client.pipe(upstream);
    upstream.pipe(client);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const own = new URL(url);
  own.port = String((server.address() as AddressInfo).port);
  return {
    url: own.href,
    freeze: () => {
      for (const socket of sockets) socket.unpipe().pause();
    },
    cut: () => {
      for (const socket of sockets) socket.destroy();
      sockets.clear();
    },
    close: () => server.close(),
  };
};

describe("Database", () => {
  let close = async () => {};
  afterEach(() => close());

  it("says that a server is away where nobody listens", async () => {
    const way = await wayTo("mysql://nobody:nothing@127.0.0.1:1/none");
    way.close();
    const db = openDatabase({ kind: "mysql", url: way.url });
    close = () => closeDatabase(db);
    await expect(pingDatabase(db)).rejects.toMatchObject(away);
    await expect(isMigrated(db)).rejects.toMatchObject(away);
    await expect(transact(db, async (trx) => trx.run("SELECT 1"))).rejects.toMatchObject(away);
    await expect(
      new SqlClaimRows(db, manualClock()).insert([{ claim: claim("a", 1), epoch: 0 }]),
    ).rejects.toMatchObject(away);
  });

  it("leaves one file that holds everything, where it is SQLite's", async () => {
    const file = join(await dataFolder(), "rushboard.sqlite");
    const db = openDatabase({ kind: "sqlite", file });
    await migrate(db);
    await openCoupons(db, coupon("a"));
    await closeDatabase(db);
    await copyFile(file, `${file}.copy`);
    const copy = openDatabase({ kind: "sqlite", file: `${file}.copy` });
    expect(await rowsIn(copy, "coupons")).toBe(1);
    await closeDatabase(copy);
  });

  it("tells the latency of each query, and whether it failed", async () => {
    const [memory] = openSqlBackends();
    const under = await memory?.open();
    if (under === undefined) throw new Error("no database");
    close = under.close;
    const heard: unknown[] = [];
    const hear = (message: unknown) => heard.push(message);
    subscribe("rushboard:sql", hear);
    await pingDatabase(under.db);
    await expect(read(under.db.knex("nowhere"))).rejects.toThrow("no such table");
    await transact(under.db, (trx) => trx.run("SELECT 1"));
    await expect(transact(under.db, (trx) => trx.run("SELECT x"))).rejects.toThrow("no such column");
    unsubscribe("rushboard:sql", hear);
    await pingDatabase(under.db);
    expect(heard).toEqual([
      { ms: expect.any(Number), failed: false },
      { ms: expect.any(Number), failed: true },
      // Each transaction: BEGIN, the statement, COMMIT or ROLLBACK.
      ...[false, false, false, false, true, false].map((failed) => ({ ms: expect.any(Number), failed })),
    ]);
  });

  describe.skipIf(backendUrls.database === undefined)("on a server that goes away", () => {
    const onTheWay = async () => {
      const mysql = openSqlBackends().find(({ name }) => name === "mysql");
      const under = await mysql?.open();
      if (under?.target.kind !== "mysql") throw new Error("no server");
      const way = await wayTo(under.target.url);
      const db = openDatabase({ kind: "mysql", url: way.url });
      await openCoupons(db, coupon("a"));
      close = async () => {
        way.cut();
        await closeDatabase(db);
        way.close();
        await under.close();
      };
      return { db, way, direct: under.db };
    };

    it("gives up what is frozen, and serves again by new connections", async () => {
      const { db, way, direct } = await onTheWay();
      let tries = 0;
      const frozen = transact(db, async (trx) => {
        tries += 1;
        await trx("coupons").update({ issued: 1 });
        way.freeze();
        await trx("coupons").update({ issued: 2 });
      });
      await expect(frozen).rejects.toMatchObject(away);
      expect(tries).toBe(1);
      way.cut();
      await pingDatabase(db);
      expect(await direct.knex("coupons").pluck("issued")).toEqual([0]);
    });

    it("answers a read within its patience", async () => {
      const { db, way } = await onTheWay();
      way.freeze();
      await expect(read(db.knex("coupons"))).rejects.toMatchObject(away);
      await pingDatabase(db);
    });

    it("lets go without harm of a connection that idles until the server is frozen", async () => {
      const { db, way } = await onTheWay();
      const { stream } = await db.knex.client.acquireConnection().then(async (connection: { stream: Socket }) => {
        await db.knex.client.releaseConnection(connection);
        return connection;
      });
      way.freeze();
      // The pool lets it go, it is silent, and its error has nobody left to hear it: that would end this process.
      await once(stream, "close");
      way.cut();
      await pingDatabase(db);
    });

    it("does not run again what may have been committed", async () => {
      const { db, way, direct } = await onTheWay();
      let tries = 0;
      const unheard = transact(db, async (trx) => {
        tries += 1;
        await trx("coupons").increment("issued", 1);
        way.cut();
      });
      await expect(unheard).rejects.toMatchObject(away);
      expect(tries).toBe(1);
      await pingDatabase(db);
      expect(await rowsIn(direct, "coupons")).toBe(1);
    });
  });
});
