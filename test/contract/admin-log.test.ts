import { expect } from "vitest";
import type { Database } from "../../src/adapters/sql/database.js";
import { SqlAdminLog, SqlAdminLogQueries } from "../../src/adapters/sql/sql-admin-log.js";
import type { AdminLogQueries } from "../../src/application/ports/admin-log-queries.js";
import type { UnitOfWork } from "../../src/application/ports/unit-of-work.js";
import type { Operator } from "../../src/domain/admin-log.js";
import type { UserId } from "../../src/domain/ids.js";
import { type Clauses, contractOnDatabases } from "../support/contract-on-databases.js";
import { noon } from "../support/coupon-data.js";
import { operator } from "../support/operator.js";
import { later } from "../support/order-data.js";
import { workOn, workWith } from "../support/table-work.js";
import { foreignCursors, walkPages } from "../support/walk-pages.js";

const nameless: Operator = { userId: null, requestId: "r".repeat(64) };
const longest: Operator = { userId: "z".repeat(128) as UserId, requestId: "request-2" };

/** Adds one entry per thing, one transaction each. */
const log = async (work: UnitOfWork, ...things: readonly string[]) => {
  for (const thing of things) await work.run((tx) => tx.adminLog.add(operator, "product.changed", thing, noon));
};
const entriesIn = async (db: Database) => (await new SqlAdminLogQueries(db).list(null, 200))?.items ?? [];

const tableClauses: Clauses<UnitOfWork> = {
  "stores who changed what, in which request and when": async (work, { db }) => {
    await work.run(async (tx) => {
      await tx.adminLog.add(operator, "coupon.created", "welcome", noon);
      await tx.adminLog.add(nameless, "dead-letter.replayed", "17", later(1));
      await tx.adminLog.add(longest, "order.refunded", "t".repeat(200), later(2));
    });
    const id = expect.stringMatching(/^\d+$/);
    expect(await entriesIn(db)).toEqual([
      { id, ...longest, action: "order.refunded", thing: "t".repeat(200), at: later(2) },
      { id, ...nameless, action: "dead-letter.replayed", thing: "17", at: later(1) },
      { id, ...operator, action: "coupon.created", thing: "welcome", at: noon },
    ]);
  },

  "stores one entry per call, also for an equal one": async (work, { db }) => {
    await log(work, "lamp", "lamp");
    expect(await entriesIn(db)).toHaveLength(2);
  },

  "stores nothing if the transaction rolls back": async (work, { db }) => {
    const failing = work.run(async (tx) => {
      await tx.adminLog.add(operator, "coupon.created", "welcome", noon);
      throw new Error("rolled back");
    });
    await expect(failing).rejects.toThrow("rolled back");
    expect(await entriesIn(db)).toEqual([]);
  },
};

contractOnDatabases("AdminLog", workOn, tableClauses, [
  {
    wrong: "stores an entry without its operator",
    breaks: "stores who changed what, in which request and when",
    make: workWith((trx) => ({
      adminLog: {
        add: (_, action, thing, at) => new SqlAdminLog(trx).add(nameless, action, thing, at),
      },
    })),
  },
  {
    wrong: "stores equal entries once",
    breaks: "stores one entry per call, also for an equal one",
    make: (db) => {
      const seen = new Set<string>();
      return workWith((trx) => ({
        adminLog: {
          add: async (by, action, thing, at) => {
            if (seen.has(thing)) return;
            seen.add(thing);
            await new SqlAdminLog(trx).add(by, action, thing, at);
          },
        },
      }))(db);
    },
  },
  {
    wrong: "writes outside the transaction",
    breaks: "stores nothing if the transaction rolls back",
    make: (db) => {
      const written: Parameters<SqlAdminLog["add"]>[] = [];
      const work = workWith(() => ({ adminLog: { add: async (...entry) => void written.push(entry) } }))(db);
      return {
        run: (body) =>
          work.run(body).catch(async (error) => {
            for (const entry of written) await workOn(db).run((tx) => tx.adminLog.add(...entry));
            throw error;
          }),
      };
    },
  },
]);

const listClauses: Clauses<AdminLogQueries> = {
  "lists entries page by page, newest first, each once, while others are added": async (queries, { db }) => {
    const work = workOn(db);
    expect(await queries.list(null, 2)).toEqual({ items: [], next: null });
    await log(work, "a", "b", "c", "d", "e");
    const first = await queries.list(null, 2);
    expect(first?.items.map(({ thing }) => thing)).toEqual(["e", "d"]);
    await log(work, "f");
    const rest = await walkPages((cursor) => queries.list(cursor ?? first?.next ?? null, 2));
    expect(rest.map(({ thing }) => thing)).toEqual(["c", "b", "a"]);
  },

  "rejects the cursor of another list": async (queries, { db }) => {
    await log(workOn(db), "a", "b");
    const { next } = (await queries.list(null, 1)) ?? {};
    for (const cursor of [...foreignCursors, next?.slice(1) ?? ""])
      expect(await queries.list(cursor, 2)).toBeUndefined();
  },
};

/** Pages by offset, so an entry that is added between two pages repeats another one. */
class PagesByOffset extends SqlAdminLogQueries {
  override async list(cursor: string | null, limit: number) {
    const whole = (await super.list(null, 200))?.items ?? [];
    const from = cursor === null ? 0 : Number(cursor);
    return { items: whole.slice(from, from + limit), next: from + limit < whole.length ? String(from + limit) : null };
  }
}

contractOnDatabases<AdminLogQueries>("AdminLogQueries", (db) => new SqlAdminLogQueries(db), listClauses, [
  {
    wrong: "pages by offset",
    breaks: "lists entries page by page, newest first, each once, while others are added",
    make: (db) => new PagesByOffset(db),
  },
  {
    wrong: "accepts any cursor",
    breaks: "rejects the cursor of another list",
    make: (db) => new PagesByOffset(db),
  },
]);
