import knexFactory from "knex";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { closeDatabase, type Database, openDatabase, read, transact } from "../../src/adapters/sql/database.js";
import { readMysqlAddress } from "../../src/adapters/sql/mysql-address.js";
import { backendUrls } from "../support/backends.js";
import { type MariaDbPair, startMariaDbPair } from "../support/mariadb-pair.js";
import { emptyDatabase, type Node, settingsOnBackends, startNode } from "../support/node.js";
import { startOrderLoad } from "../support/order-load.js";
import { readinessAt } from "../support/readiness.js";
import { ShopClient } from "../support/shop-client.js";

const writableServer = "SELECT @@server_id AS id";

describe.skipIf(!backendUrls.database || !backendUrls.redis)("a database failover", () => {
  let pair: MariaDbPair;
  beforeAll(async () => {
    pair = await startMariaDbPair();
  });
  afterAll(() => pair.stop());
  const loadOn = async ({ url }: Node) => {
    const load = await startOrderLoad(new ShopClient(url));
    onTestFinished(load.stop);
    return load;
  };
  const failOver = async () => {
    await pair.demote();
    await pair.promote();
  };
  const old = () => (pair.primary() === 0 ? 1 : 0);

  // Proves: A2, A3
  it("moves all work to the new primary without a restart, and no read comes from the old one", async () => {
    const node = await startNode(await settingsOnBackends(pair.url, backendUrls.redis ?? ""));
    const load = await loadOn(node);
    await expect.poll(() => load.results.length).toBeGreaterThan(50);
    expect(load.results.every(({ placed, read }) => placed === 202 && read === 200)).toBe(true);

    await pair.demote();
    await expect.poll(() => readinessAt(node.url)).toMatchObject({ body: { checks: { database: /read-only/ } } });
    expect((await readinessAt(node.url)).body.status).not.toBe("ready");
    await pair.promote();
    await expect.poll(() => pair.connectionsTo(old())).toBe(0);
    await expect.poll(() => load.results.at(-1)?.placed).toBe(202);
    await expect.poll(async () => (await readinessAt(node.url)).body.status).toBe("ready");

    const from = Date.now();
    await expect.poll(() => load.since(from).length).toBeGreaterThan(50);
    await load.stop();
    expect(load.since(from).filter(({ placed, read }) => placed !== 202 || read !== 200)).toEqual([]);
    expect(await pair.connectionsTo(old())).toBe(0);
    // A backend's answer is never a 500.
    expect(new Set(load.results.map(({ placed }) => placed))).toEqual(new Set([202, 503]));
  });

  describe("seen by a pool", () => {
    const open = async (): Promise<Database> => {
      const db = openDatabase({ kind: "mysql", url: await emptyDatabase(pair.url) });
      onTestFinished(() => closeDatabase(db));
      await db.knex.raw("CREATE TABLE counts (n INT)");
      await db.knex.raw("INSERT INTO counts VALUES (0)");
      return db;
    };
    const serverOf = async (db: Database) => {
      const [[{ id }]] = await read<[[{ id: number }]]>(db.knex.raw(writableServer));
      return id - 1;
    };
    const increment = "UPDATE counts SET n = n + 1";
    const readOnly = { problem: { code: "engine-unavailable", cause: "read-only" } };

    it("that only reads", async () => {
      const db = await open();
      expect(await serverOf(db)).toBe(pair.primary());
      await failOver();
      await expect.poll(() => serverOf(db)).toBe(pair.primary());
    });

    // Negative control: A3
    it("without the check of connections, which reads from the old primary", async () => {
      const connection = readMysqlAddress(await emptyDatabase(pair.url));
      const knex = knexFactory({ client: "mysql2", connection, pool: { min: 1, max: 1 } });
      onTestFinished(() => knex.destroy());
      const server = async () => (await knex.raw(writableServer))[0][0].id - 1;
      const before = await server();
      await failOver();
      expect(await server()).toBe(before);
      expect(before).toBe(old());
    });

    it("between two statements of a transaction: it is rejected, and the next one succeeds", async () => {
      const db = await open();
      const interrupted = transact(db, async (trx) => {
        await trx.run("SELECT n FROM counts FOR UPDATE");
        await failOver();
        await trx.run(increment);
      });
      await expect(interrupted).rejects.toMatchObject(readOnly);
      await transact(db, (trx) => trx.run(increment));
      expect(await serverOf(db)).toBe(pair.primary());
      expect(await read(db.knex("counts").pluck("n"))).toEqual([1]);
    });

    it("while a new connection leads to a read-only server: reads continue, and writes are rejected with the reason", async () => {
      const db = await open();
      await pair.demote();
      await expect(transact(db, (trx) => trx.run(increment))).rejects.toMatchObject(readOnly);
      expect(await read(db.knex("counts").pluck("n"))).toEqual([0]);
      await pair.promote();
      await expect.poll(() => serverOf(db)).toBe(pair.primary());
      await transact(db, (trx) => trx.run(increment));
    });

    it("as killed connections and a restart: the next use opens a new connection", async () => {
      const db = await open();
      await transact(db, (trx) => trx.run(increment));
      const ids = await pair.admin(pair.primary(), "SELECT id FROM information_schema.processlist WHERE user = 'shop'");
      for (const { id } of ids) await pair.admin(pair.primary(), `KILL ${id}`);
      await expect.poll(() => read(db.knex("counts").pluck("n")).catch(() => [])).toEqual([1]);
    });
  });

  it("of the password: every request is rejected with 503 and the reason until the login works again", async () => {
    const node = await startNode(await settingsOnBackends(pair.url, backendUrls.redis ?? ""));
    const load = await loadOn(node);
    await expect.poll(() => load.results.length).toBeGreaterThan(50);
    await pair.admin(pair.primary(), "ALTER USER shop IDENTIFIED BY 'rotated'");
    await pair.admin(pair.primary(), "KILL USER shop");
    await expect
      .poll(() => readinessAt(node.url))
      .toMatchObject({
        status: 503,
        body: { checks: { database: "refuses the login of the service" } },
      });
    await expect.poll(() => pair.connectionsTo(pair.primary())).toBe(0);
    const refused = Date.now();
    await expect.poll(() => load.since(refused).length).toBeGreaterThan(50);
    expect(new Set(load.since(refused).map(({ placed }) => placed))).toEqual(new Set([503]));
    expect((await readinessAt(node.url)).body.status).toBe("unavailable");

    await pair.admin(pair.primary(), "ALTER USER shop IDENTIFIED BY 'shop-password'");
    await expect.poll(async () => (await readinessAt(node.url)).body.status).toBe("ready");
    await expect.poll(() => load.results.at(-1)?.placed).toBe(202);
    await load.stop();
    expect(new Set(load.results.map(({ placed }) => placed))).toEqual(new Set([202, 503]));
  });
});
