import { randomUUID } from "node:crypto";
import { type Connection, createConnection } from "mysql2/promise";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { closeDatabase, openDatabase, transact } from "../../src/adapters/sql/database.js";
import { type MariaDbServer, startMariaDb } from "../support/backend-servers/mariadb.js";
import { backendUrls } from "../support/backends.js";
import { settingsOnBackends, startNode } from "../support/node.js";
import { readinessAt } from "../support/readiness.js";
import { ShopClient } from "../support/shop-client.js";

describe.skipIf(!backendUrls.database || !backendUrls.redis)("a database that is full", () => {
  let database: MariaDbServer;
  beforeAll(async () => {
    // One file for all tables, which may not grow above 48 MiB.
    const limits = ["--innodb-file-per-table=0", "--innodb-data-file-path=ibdata1:12M:autoextend:max:48M"];
    database = await startMariaDb(undefined, limits);
  });
  afterAll(() => database.kill());

  /** Inserts rows of other programs until the server rejects them. A rollback frees space, also if a DROP would fail. */
  const fill = async (url: string) => {
    const open = () => createConnection({ uri: url });
    const [filler, reserve] = await Promise.all([open(), open()]);
    for (const table of ["fillers", "reserves"]) await filler.query(`CREATE TABLE ${table} (text LONGTEXT)`);
    const insertInto = (on: Connection, table: string, size: number) =>
      on.query(`INSERT INTO ${table} VALUES (REPEAT('x', ?))`, [size]);
    await reserve.beginTransaction();
    for (let megabytes = 0; megabytes < 8; megabytes += 1) await insertInto(reserve, "reserves", 1_000_000);
    for (const size of [400_000, 40_000, 7_000]) while (await insertInto(filler, "fillers", size).catch(() => null));
    return {
      empty: async () => {
        await reserve.rollback();
        for (const connection of [filler, reserve]) connection.destroy();
      },
    };
  };

  // Proves: A2, A4
  it("causes 503 with the reason for writes, and reads continue until there is space again", async () => {
    const settings = await settingsOnBackends(database.url, backendUrls.redis ?? "");
    const node = await startNode(settings);
    const shop = new ShopClient(node.url);
    const productId = await shop.addProduct("cup", { stock: 1_000_000 });
    const place = (orderId: string) =>
      shop.request("POST", "/orders", { as: "kim", body: { orderId, items: [{ productId, quantity: 1 }] } });
    expect((await place("before")).status).toBe(202);
    const filled = await fill(settings.DATABASE_URL ?? "");

    const full = { status: 503, body: { code: "engine-unavailable", engine: "database", cause: "disk-full" } };
    const rejected: { readonly status: number; readonly body: unknown }[] = [];
    await expect
      .poll(async () => {
        const response = await place(randomUUID());
        if (response.status !== 202) rejected.push(response);
        return rejected.length;
      })
      .toBeGreaterThan(2);
    for (const response of rejected) expect(response).toMatchObject(full);
    await expect
      .poll(() => readinessAt(node.url))
      .toMatchObject({
        status: 200,
        body: { status: "degraded", checks: { database: "cannot write because its disk is full (writes)" } },
      });
    expect((await shop.request("GET", "/orders/before", { as: "kim" })).status).toBe(200);

    await filled.empty();
    await expect.poll(async () => (await place("after")).status).toBe(202);
    await expect.poll(async () => (await readinessAt(node.url)).body.status).toBe("ready");
  });
});

// Proves: A4
it("SQLite: a full disk is reported as such, and the next write succeeds when there is space", async () => {
  const db = openDatabase({ kind: "sqlite", file: ":memory:" });
  await db.knex.raw("CREATE TABLE texts (text TEXT)");
  const insert = () => transact(db, (trx) => trx.run("INSERT INTO texts VALUES (?)", ["x".repeat(100_000)]));
  await db.knex.raw("PRAGMA max_page_count = 10");
  await expect(insert()).rejects.toMatchObject({ problem: { code: "engine-unavailable", cause: "disk-full" } });
  await db.knex.raw("PRAGMA max_page_count = 1000");
  await insert();
  await closeDatabase(db);
});
