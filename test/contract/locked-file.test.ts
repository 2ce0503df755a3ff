import { join } from "node:path";
import Libsql from "libsql";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { closeDatabase, type Database, openDatabase, pingDatabase } from "../../src/adapters/sql/database.js";
import { isMigrated, migrate } from "../../src/adapters/sql/migrate.js";
import { SqlClaimRows } from "../../src/adapters/sql/sql-claim-rows.js";
import { SqlUnitOfWork } from "../../src/adapters/sql/sql-unit-of-work.js";
import { claim, coupon, manualClock, noon, openCoupons, rowsIn } from "../support/coupon-data.js";
import { migrateForTest } from "../support/migrated-database.js";
import { dataFolder } from "../support/node.js";

const unavailable = { problem: { code: "engine-unavailable", engine: "database" } };

/** Counts the turns of the event loop while `work` runs. */
const turnsDuring = async (work: () => Promise<unknown>): Promise<number> => {
  let turns = 0;
  let isRunning = true;
  const count = () => {
    turns += 1;
    if (isRunning) setImmediate(count);
  };
  setImmediate(count);
  await work();
  isRunning = false;
  return turns;
};

describe("an SQLite file that another program has locked", () => {
  let db: Database;
  let program: InstanceType<typeof Libsql>;
  beforeEach(async () => {
    const file = join(await dataFolder(), "rushboard.sqlite");
    db = openDatabase({ kind: "sqlite", file });
    await migrateForTest(db);
    await openCoupons(db, coupon("a"));
    program = new Libsql(file);
    program.exec("BEGIN IMMEDIATE");
  });
  afterEach(async () => {
    program.close();
    await closeDatabase(db);
  });

  const write = () => new SqlUnitOfWork(db, () => {}).run((tx) => tx.coupons.add(coupon("b"), noon));

  // Proves: A5
  it("rejects transactions and single writes, and does not block the event loop", async () => {
    const claims = new SqlClaimRows(db, manualClock());
    const single = () => claims.insert([{ claim: claim("a", 1), epoch: 0 }]);
    for (const attempt of [write, single])
      expect(await turnsDuring(() => expect(attempt()).rejects.toMatchObject(unavailable))).toBeGreaterThan(50);
  });

  // Negative control: A5
  it("blocks the event loop if the driver waits for the lock", async () => {
    await db.knex.raw("PRAGMA busy_timeout = 100");
    const turns = turnsDuring(async () =>
      expect(await db.knex.raw("BEGIN IMMEDIATE").catch(() => "locked")).toBe("locked"),
    );
    expect(await turns).toBeLessThan(50);
  });

  it("is read while writes wait", async () => {
    const waiting = expect(write()).rejects.toMatchObject(unavailable);
    for (let reads = 0; reads < 20; reads += 1) expect(await rowsIn(db, "coupons")).toBe(1);
    await pingDatabase(db);
    await waiting;
  });

  it("is written as soon as it is unlocked, and reads show the latest commit", async () => {
    await expect(new SqlClaimRows(db, manualClock()).insert([{ claim: claim("a", 1), epoch: 0 }])).rejects.toThrow();
    const next = write();
    program.exec("COMMIT");
    await next;
    program.exec("INSERT INTO secrets VALUES ('a', 'b')");
    expect([await rowsIn(db, "coupons"), await rowsIn(db, "secrets")]).toEqual([2, 1]);
  });

  it("is used once a program ends that also blocked reads", async () => {
    const file = join(await dataFolder(), "rushboard.sqlite");
    const exclusive = new Libsql(file);
    exclusive.exec(
      "PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; CREATE TABLE notes (id); BEGIN IMMEDIATE",
    );
    const blocked = openDatabase({ kind: "sqlite", file });
    await expect(pingDatabase(blocked)).rejects.toMatchObject(unavailable);
    await expect(migrate(blocked)).rejects.toMatchObject(unavailable);
    exclusive.close();
    await pingDatabase(blocked);
    await migrate(blocked);
    expect(await isMigrated(blocked)).toBe(true);
    await closeDatabase(blocked);
  });
});
