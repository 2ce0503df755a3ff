import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { once } from "node:events";
import { copyFile } from "node:fs/promises";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { join } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import { closeDatabase, openDatabase, pingDatabase, read, transact } from "../../src/adapters/sql/database.js";
import { isMigrated, migrate } from "../../src/adapters/sql/migrate.js";
import { SqlClaimRows } from "../../src/adapters/sql/sql-claim-rows.js";
import { backendUrls, openSqlBackends } from "../support/backends.js";
import { claim, coupon, manualClock, openCoupons, rowsIn } from "../support/coupon-data.js";
import { dataFolder } from "../support/node.js";

const unavailable = { problem: { code: "engine-unavailable", engine: "database" } };

/** A TCP proxy to the server. It can stop forwarding, as a frozen host does, or close all connections. */
const proxyTo = async (url: string) => {
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
  afterEach(() => {
    vi.useRealTimers();
    return close();
  });

  it("reports an unreachable server", async () => {
    const proxy = await proxyTo("mysql://nobody:nothing@127.0.0.1:1/none");
    proxy.close();
    const db = openDatabase({ kind: "mysql", url: proxy.url });
    close = () => closeDatabase(db);
    await expect(pingDatabase(db)).rejects.toMatchObject(unavailable);
    await expect(isMigrated(db)).rejects.toMatchObject(unavailable);
    await expect(transact(db, async (trx) => trx.run("SELECT 1"))).rejects.toMatchObject(unavailable);
    await expect(
      new SqlClaimRows(db, manualClock()).insert([{ claim: claim("a", 1), epoch: 0 }]),
    ).rejects.toMatchObject(unavailable);
  });

  it("leaves one file with all data after SQLite is closed", async () => {
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

  it("publishes the latency of each query, and whether it failed", async () => {
    const [memory] = openSqlBackends();
    const under = await memory?.open();
    if (under === undefined) throw new Error("no database");
    close = under.close;
    const messages: unknown[] = [];
    const listener = (message: unknown) => messages.push(message);
    subscribe("rushboard:sql", listener);
    await pingDatabase(under.db);
    await expect(read(under.db.knex("nowhere"))).rejects.toMatchObject({ problem: { cause: "schema-missing" } });
    await transact(under.db, (trx) => trx.run("SELECT 1"));
    await expect(transact(under.db, (trx) => trx.run("SELECT x"))).rejects.toThrow("no such column");
    unsubscribe("rushboard:sql", listener);
    await pingDatabase(under.db);
    expect(messages).toEqual([
      { ms: expect.any(Number), failed: false },
      { ms: expect.any(Number), failed: true },
      // Each transaction: BEGIN, the statement, COMMIT or ROLLBACK.
      ...[false, false, false, false, true, false].map((failed) => ({ ms: expect.any(Number), failed })),
    ]);
  });

  describe.skipIf(backendUrls.database === undefined)("the clock of a server", () => {
    it("is used by a node whose own clock is 90 s ahead", async () => {
      const mysql = openSqlBackends().find(({ name }) => name === "mysql");
      const under = await mysql?.open({ empty: true });
      if (under?.again === undefined) throw new Error("no server");
      close = under.close;
      const correct = Date.now();
      vi.useFakeTimers({ toFake: ["Date"], now: correct + 90_000 });
      const ahead = under.again();
      expect(ahead.clock?.now()).toBeGreaterThanOrEqual(correct + 90_000);
      await pingDatabase(ahead);
      expect(ahead.clock?.now()).toBeLessThan(correct + 60_000);
    });

    it("lets the server close a connection that is silent for 10 s", async () => {
      const mysql = openSqlBackends().find(({ name }) => name === "mysql");
      const under = await mysql?.open({ empty: true });
      if (under === undefined) throw new Error("no server");
      close = under.close;
      expect(await read(under.db.knex.raw("SELECT @@SESSION.wait_timeout AS seconds"))).toMatchObject([
        [{ seconds: 10 }],
        {},
      ]);
    });
  });

  describe.skipIf(backendUrls.database === undefined)("on a server that becomes unreachable", () => {
    const behindProxy = async () => {
      const mysql = openSqlBackends().find(({ name }) => name === "mysql");
      const under = await mysql?.open();
      if (under?.target.kind !== "mysql") throw new Error("no server");
      const proxy = await proxyTo(under.target.url);
      const db = openDatabase({ kind: "mysql", url: proxy.url });
      await openCoupons(db, coupon("a"));
      close = async () => {
        proxy.cut();
        await closeDatabase(db);
        proxy.close();
        await under.close();
      };
      return { db, proxy, direct: under.db };
    };

    it("rejects a transaction on a frozen server, and uses new connections later", async () => {
      const { db, proxy, direct } = await behindProxy();
      let attempts = 0;
      const frozen = transact(db, async (trx) => {
        attempts += 1;
        await trx.run("UPDATE coupons SET issued = 1");
        proxy.freeze();
        await trx.run("UPDATE coupons SET issued = 2");
      });
      await expect(frozen).rejects.toMatchObject(unavailable);
      expect(attempts).toBe(1);
      proxy.cut();
      await pingDatabase(db);
      expect(await direct.knex("coupons").pluck("issued")).toEqual([0]);
    });

    it("rejects a read after its timeout", async () => {
      const { db, proxy } = await behindProxy();
      proxy.freeze();
      await expect(read(db.knex("coupons"))).rejects.toMatchObject(unavailable);
      await pingDatabase(db);
    });

    it("drops an idle connection to a frozen server without an uncaught error", async () => {
      const { db, proxy } = await behindProxy();
      const { stream } = await db.knex.client.acquireConnection().then(async (connection: { stream: Socket }) => {
        await db.knex.client.releaseConnection(connection);
        return connection;
      });
      proxy.freeze();
      // The pool has dropped the connection, so its error would have no listener and end this process.
      await once(stream, "close");
      proxy.cut();
      await pingDatabase(db);
    });

    it("does not repeat a transaction that may be committed", async () => {
      const { db, proxy, direct } = await behindProxy();
      let attempts = 0;
      const unconfirmed = transact(db, async (trx) => {
        attempts += 1;
        await trx.run("UPDATE coupons SET issued = issued + 1");
        proxy.cut();
      });
      await expect(unconfirmed).rejects.toMatchObject(unavailable);
      expect(attempts).toBe(1);
      await pingDatabase(db);
      expect(await rowsIn(direct, "coupons")).toBe(1);
    });
  });
});
