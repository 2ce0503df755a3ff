import { expect } from "vitest";
import type { Database } from "../../src/adapters/sql/database.js";
import { SqlOrderQueries } from "../../src/adapters/sql/sql-order-queries.js";
import type { OrderQueries } from "../../src/application/ports/order-queries.js";
import type { Order } from "../../src/domain/order.js";
import type { EpochMs } from "../../src/domain/time.js";
import { type Clauses, contractOnDatabases } from "../support/contract-on-databases.js";
import { noon, userId } from "../support/coupon-data.js";
import { scansFully } from "../support/full-scan.js";
import {
  awaiting,
  cancelled,
  confirmed,
  later,
  orderId,
  paying,
  placed,
  stocked,
  ttlMs,
  writeOrders,
} from "../support/order-data.js";
import { foreignCursors, walkPages } from "../support/walk-pages.js";

const at = (id: string, ms: number) => placed(id, { placedAt: later(ms) });
const idsOf = (orders: readonly Order[]) => orders.map((order) => order.orderId);
/** One order in each state, all placed at noon. */
const oneOfEach = () => [
  placed("placed"),
  stocked(placed("stocked")),
  awaiting(placed("awaiting")),
  paying(placed("paying")),
  confirmed(placed("confirmed")),
  cancelled(placed("cancelled")),
];

const clauses: Clauses<OrderQueries> = {
  "find orders by their ids": async (queries, { db }) => {
    await writeOrders(db, ...oneOfEach());
    const ids = ["paying", "nothing", "placed", "Placed"].map(orderId);
    const found = await queries.byIds(ids);
    expect(idsOf(found).toSorted()).toEqual(["paying", "placed"]);
    expect(found).toContainEqual(paying(placed("paying")));
    expect(await queries.byIds([])).toEqual([]);
  },

  "list a shopper's orders oldest first, each once, while others are placed": async (queries, { db }) => {
    const mine = (id: string, ms: number) => placed(id, { placedAt: later(ms), userId: userId("me") });
    await writeOrders(db, mine("z", 1), mine("m", 2), mine("b", 2), mine("a", 2), mine("c", 3), at("theirs", 2));
    await writeOrders(db, placed("Theirs", { placedAt: later(2), userId: userId("Me") }));
    const first = await queries.ofUser(userId("me"), null, 2);
    expect(first?.items).toEqual([mine("z", 1), mine("a", 2)]);
    await writeOrders(db, mine("y", 0), mine("d", 4));
    const rest = await walkPages((cursor) => queries.ofUser(userId("me"), cursor ?? first?.next ?? null, 2));
    expect(idsOf(rest)).toEqual(["b", "m", "c", "d"]);
    expect((await queries.ofUser(userId("me"), null, 7))?.next).toBeNull();
    expect(await queries.ofUser(userId("stranger"), null, 2)).toEqual({ items: [], next: null });
    for (const cursor of foreignCursors) expect(await queries.ofUser(userId("me"), cursor, 2)).toBeUndefined();
  },

  "find expired orders without an open payment": async (queries, { db }) => {
    await writeOrders(db, ...oneOfEach(), awaiting(at("later", 1)), at("earlier", -1));
    expect(await queries.expired(later(ttlMs - 2), 9)).toEqual([]);
    expect(await queries.expired(later(ttlMs - 1), 9)).toEqual(["earlier"]);
    const due = await queries.expired(later(ttlMs), 9);
    expect(due[0]).toBe("earlier");
    expect(due.toSorted()).toEqual(["awaiting", "earlier", "placed", "stocked"]);
    expect(await queries.expired(later(ttlMs + 1), 9)).toHaveLength(5);
    expect(await queries.expired(later(ttlMs), 1)).toEqual(["earlier"]);
  },

  "find pending orders that have not changed, the longest unchanged first": async (queries, { db }) => {
    await writeOrders(db, ...oneOfEach(), stocked(at("moved", -9), later(9)), stocked(at("unchanged", -9), later(-5)));
    expect(await queries.stalled(later(-5), 9)).toEqual([]);
    expect(idsOf(await queries.stalled(noon, 9))).toEqual(["unchanged"]);
    const stalled = await queries.stalled(later(1), 9);
    expect(stalled[0]).toEqual(stocked(at("unchanged", -9), later(-5)));
    expect(idsOf(stalled).toSorted()).toEqual(["placed", "stocked", "unchanged"]);
    expect(await queries.stalled(later(10), 9)).toHaveLength(4);
    expect(await queries.stalled(later(10), 2)).toHaveLength(2);
  },

  "count open orders without an open payment": async (queries, { db }) => {
    expect(await queries.open()).toEqual({ pending: 0, awaitingPayment: 0, oldestPendingAt: null });
    await writeOrders(db, ...oneOfEach(), awaiting(at("priced", -20)), stocked(at("moved", -9), later(9)));
    expect(await queries.open()).toEqual({ pending: 3, awaitingPayment: 2, oldestPendingAt: later(-9) });
  },

  "count all orders at one moment": async (queries, { db }) => {
    let placing = true;
    const rush = async () => {
      for (let n = 0; placing; n += 1) await writeOrders(db, placed(`n${n}`));
    };
    const placer = rush();
    try {
      for (let count = 0; count < 100; count += 1) expect(await queries.open()).toMatchObject({ awaitingPayment: 0 });
    } finally {
      placing = false;
      await placer;
    }
  },

  "read no order that has ended": async (queries, { db }) => {
    const ended = Array.from({ length: 3000 }, (_, n) => (n % 2 === 0 ? confirmed : cancelled)(at(`e${n}`, -n)));
    await writeOrders(db, ...ended, ...oneOfEach());
    const queriesOfOpen = [
      () => queries.expired(later(ttlMs), 100),
      () => queries.stalled(later(1), 100),
      () => queries.open(),
      () => queries.ofUser(userId("placed-shopper"), null, 50),
      () => queries.byIds([orderId("placed"), orderId("e1")]),
    ];
    for (const query of queriesOfOpen) expect(await scansFully(db, query)).toBe(false);
    expect(await queries.expired(later(ttlMs), 100)).toHaveLength(3);
    expect(await queries.stalled(later(1), 100)).toHaveLength(2);
    expect(await queries.open()).toEqual({ pending: 2, awaitingPayment: 1, oldestPendingAt: noon });
  },
};

/** Selects by status instead of due time. */
const open = (db: Database) => db.knex("orders").whereIn("status", ["pending", "awaiting-payment"]);

class ExpiresOrdersWithOpenPayment extends SqlOrderQueries {
  source: Database;
  constructor(db: Database) {
    super(db);
    this.source = db;
  }
  override expired(now: EpochMs, limit: number) {
    return open(this.source).where("expires_at", "<=", now).orderBy("expires_at").limit(limit).pluck("order_id");
  }
}

class StalledSincePlacing extends ExpiresOrdersWithOpenPayment {
  override async stalled(before: EpochMs, limit: number) {
    const ids = open(this.source).where({ status: "pending" }).andWhere("placed_at", "<", before).limit(limit);
    return this.byIds(await ids.pluck("order_id"));
  }
}

/** Correct, but its cost grows with the number of ended orders. */
class CountsByStatus extends ExpiresOrdersWithOpenPayment {
  override async open() {
    const rows = await open(this.source).whereNull("open_payment_id").select("status", "placed_at");
    const pending = rows.filter((row) => row.status === "pending").map((row) => row.placed_at as EpochMs);
    const oldest = pending.length === 0 ? null : (Math.min(...pending) as EpochMs);
    return { pending: pending.length, awaitingPayment: rows.length - pending.length, oldestPendingAt: oldest };
  }
}

class CountsAtTwoMoments extends SqlOrderQueries {
  override async open() {
    const before = await super.open();
    const { pending, oldestPendingAt } = await super.open();
    return { pending, awaitingPayment: before.pending + before.awaitingPayment - pending, oldestPendingAt };
  }
}

class PagesByTimeAlone extends SqlOrderQueries {
  override async ofUser(user: ReturnType<typeof userId>, cursor: string | null, limit: number) {
    const whole = (await super.ofUser(user, null, 1000))?.items ?? [];
    const left = whole.filter((order) => cursor === null || order.placedAt > Number(cursor));
    const items = left.slice(0, limit);
    return { items, next: left.length > limit ? String(items.at(-1)?.placedAt) : null };
  }
}

contractOnDatabases<OrderQueries>("OrderQueries", (db) => new SqlOrderQueries(db), clauses, [
  {
    wrong: "expires orders with an open payment",
    breaks: "find expired orders without an open payment",
    make: (db) => new ExpiresOrdersWithOpenPayment(db),
  },
  {
    wrong: "measures from placing instead of the last change",
    breaks: "find pending orders that have not changed, the longest unchanged first",
    make: (db) => new StalledSincePlacing(db),
  },
  {
    wrong: "reads every order",
    breaks: "read no order that has ended",
    make: (db) => new CountsByStatus(db),
  },
  {
    wrong: "counts at two moments",
    breaks: "count all orders at one moment",
    make: (db) => new CountsAtTwoMoments(db),
  },
  {
    wrong: "pages by time alone",
    breaks: "list a shopper's orders oldest first, each once, while others are placed",
    make: (db) => new PagesByTimeAlone(db),
  },
]);
