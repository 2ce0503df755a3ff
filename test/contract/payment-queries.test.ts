import { expect } from "vitest";
import type { Database } from "../../src/adapters/sql/database.js";
import { paymentRecordOf } from "../../src/adapters/sql/payment-record.js";
import { SqlPaymentQueries } from "../../src/adapters/sql/sql-payment-queries.js";
import type { PaymentFilter, PaymentQueries } from "../../src/application/ports/payment-queries.js";
import type { Payment } from "../../src/domain/payment.js";
import type { EpochMs } from "../../src/domain/time.js";
import { type Clauses, contractOnDatabases } from "../support/contract-on-databases.js";
import { noon, userId } from "../support/coupon-data.js";
import { scansFully } from "../support/full-scan.js";
import { later, money, orderId, payment, paymentId } from "../support/order-data.js";
import { workOn } from "../support/table-work.js";
import { foreignCursors, walkPages } from "../support/walk-pages.js";

const write = (db: Database, ...payments: readonly Payment[]) =>
  workOn(db).run(async (tx) => {
    for (const each of payments) await tx.payments.add(each);
  });
const refund = { status: "refunded", refundDue: true } as const;
/** One payment in each state, all started at noon. */
const oneOfEach = [
  ...(["pending", "unknown", "succeeded", "declined", "refunded"] as const).map((status) =>
    payment(status, { status }),
  ),
  payment("due", refund),
];
const idsOf = (payments: readonly Payment[]) => payments.map((each) => each.paymentId);
/** Reads page after page until one is not full, as the sweeper does. */
const readPages = async (page: (last: Payment | null) => Promise<readonly Payment[]>, limit: number) => {
  const all: Payment[] = [];
  for (let last: Payment | null | undefined = null; last !== undefined; ) {
    const found: readonly Payment[] = await page(last);
    all.push(...found);
    last = found.length < limit ? undefined : found.at(-1);
  }
  return all;
};
/** Seven payments of three start times, in an order that differs from that of their ids. */
const sevenPayments = (facts: Partial<Payment>) =>
  ["z", "m", "e", "b", "d", "c", "a"].map((id, index) =>
    payment(id, { ...facts, openedAt: later([0, 1, 1, 1, 1, 1, 2][index] ?? 0) }),
  );

const clauses: Clauses<PaymentQueries> = {
  "find a payment": async (queries, { db }) => {
    await write(db, ...oneOfEach);
    for (const each of oneOfEach) expect(await queries.find(each.paymentId)).toEqual(each);
    expect(await queries.find(paymentId("Pending"))).toBeUndefined();
  },

  "find payments that are open since before a time": async (queries, { db }) => {
    await write(db, ...oneOfEach, payment("older", { openedAt: later(-1) }));
    expect(idsOf(await queries.openSince(later(-1), null, 9))).toEqual([]);
    expect(idsOf(await queries.openSince(noon, null, 9))).toEqual(["older"]);
    const open = await queries.openSince(later(1), null, 9);
    expect(open).toEqual([payment("older", { openedAt: later(-1) }), oneOfEach[0], oneOfEach[1]]);
  },

  "find payments whose refund is due": async (queries, { db }) => {
    await write(db, ...oneOfEach, payment("older", { ...refund, openedAt: later(-1) }));
    expect(idsOf(await queries.refundsDue(null, 9))).toEqual(["older", "due"]);
    await workOn(db).run((tx) => tx.payments.save(payment("older", { status: "refunded" })));
    expect(await queries.refundsDue(null, 9)).toEqual([payment("due", refund)]);
  },

  "page through open payments, each once, though many started at the same time": async (queries, { db }) => {
    await write(db, ...sevenPayments({}));
    for (const limit of [1, 2, 3, 7, 8]) {
      const found = await readPages((last) => queries.openSince(later(9), last, limit), limit);
      expect(idsOf(found)).toEqual(["z", "b", "c", "d", "e", "m", "a"]);
    }
  },

  "page through due refunds, each once, while others are acknowledged": async (queries, { db }) => {
    await write(db, ...sevenPayments(refund));
    const settle = (each: Payment) => workOn(db).run((tx) => tx.payments.save({ ...each, refundDue: false }));
    const found = await readPages(async (last) => {
      const found = await queries.refundsDue(last, 2);
      for (const each of found) await settle(each);
      return found;
    }, 2);
    expect(idsOf(found)).toEqual(["z", "b", "c", "d", "e", "m", "a"]);
    expect(await queries.refundsDue(null, 2)).toEqual([]);
  },

  "count unsettled charges and refunds, with the oldest start": async (queries, { db }) => {
    expect(await queries.unsettled()).toEqual({ charges: 0, refunds: 0, oldestAt: null });
    const startedAt = (id: string, ms: number, more: object) => payment(id, { openedAt: later(ms), ...more });
    await write(
      db,
      startedAt("late", 5, {}),
      startedAt("done", -99, { status: "succeeded" }),
      startedAt("silent", 4, { status: "unknown" }),
    );
    expect(await queries.unsettled()).toEqual({ charges: 2, refunds: 0, oldestAt: later(4) });
    await write(db, startedAt("back", -7, refund));
    expect(await queries.unsettled()).toEqual({ charges: 2, refunds: 1, oldestAt: later(-7) });
  },

  "list payments page by page, newest first, each once, by every filter": async (queries, { db }) => {
    const any = { userId: null, status: null, orderId: null, from: null, to: null };
    await write(
      db,
      ...sevenPayments({}),
      payment("paid", { status: "succeeded", openedAt: later(5), refunded: money(7) }),
    );
    const ids = async (filter: Partial<PaymentFilter>, limit = 200) =>
      idsOf(await walkPages((cursor) => queries.list({ ...any, ...filter }, cursor, limit)));
    const newestFirst = ["paid", "a", "m", "e", "d", "c", "b", "z"];
    for (const limit of [1, 3, 8]) expect(await ids({}, limit)).toEqual(newestFirst);
    expect((await queries.list(any, null, 1))?.items).toEqual([
      payment("paid", { status: "succeeded", openedAt: later(5), refunded: money(7) }),
    ]);
    expect(await ids({ userId: userId("m-shopper") })).toEqual(["m"]);
    expect(await ids({ status: "succeeded" })).toEqual(["paid"]);
    expect(await ids({ orderId: orderId("e-order") })).toEqual(["e"]);
    expect(await ids({ from: later(1), to: later(5) })).toEqual(["a", "m", "e", "d", "c", "b"]);
    for (const cursor of foreignCursors) expect(await queries.list(any, cursor, 2)).toBeUndefined();
  },

  "read no settled payment": async (queries, { db }) => {
    const settled = (["succeeded", "declined", "refunded"] as const).flatMap((status) =>
      Array.from({ length: 1000 }, (_, n) => payment(`${status}-${n}`, { status, openedAt: later(-n) })),
    );
    await db.knex.batchInsert("payments", settled.map(paymentRecordOf), 500);
    await write(db, ...oneOfEach);
    const [pending] = oneOfEach;
    const queriesOfOpen = [
      () => queries.openSince(later(1), null, 20),
      () => queries.openSince(later(1), pending as Payment, 20),
      () => queries.refundsDue(null, 20),
      () => queries.refundsDue(pending as Payment, 20),
      () => queries.unsettled(),
      () => queries.find(paymentId("due")),
    ];
    for (const query of queriesOfOpen) expect(await scansFully(db, query)).toBe(false);
  },
};

/** Continues after the start time of the last payment. */
class PagesByTimeAlone extends SqlPaymentQueries {
  override async openSince(before: EpochMs, last: Payment | null, limit: number) {
    const all = await super.openSince(before, null, 1000);
    return all.filter((each) => last === null || each.openedAt > last.openedAt).slice(0, limit);
  }
}

class ListsToIncluded extends SqlPaymentQueries {
  override list(filter: PaymentFilter, cursor: string | null, limit: number) {
    return super.list({ ...filter, to: filter.to === null ? null : later(filter.to - noon + 1) }, cursor, limit);
  }
}

class CountsCharges extends SqlPaymentQueries {
  override async unsettled() {
    return { ...(await super.unsettled()), refunds: 0 };
  }
}

class PagesByOffset extends SqlPaymentQueries {
  private seen = 0;
  override async refundsDue(last: Payment | null, limit: number) {
    if (last === null) this.seen = 0;
    const found = (await super.refundsDue(null, 1000)).slice(this.seen, this.seen + limit);
    this.seen += limit;
    return found;
  }
}

class OmitsUnknown extends SqlPaymentQueries {
  override async openSince(before: EpochMs, last: Payment | null, limit: number) {
    return (await super.openSince(before, last, limit)).filter(({ status }) => status === "pending");
  }
}

class SelectsByStatus extends SqlPaymentQueries {
  source: Database;
  constructor(db: Database) {
    super(db);
    this.source = db;
  }
  override async openSince() {
    return this.source.knex("payments").whereIn("status", ["pending", "unknown"]);
  }
}

contractOnDatabases<PaymentQueries>("PaymentQueries", (db) => new SqlPaymentQueries(db), clauses, [
  {
    wrong: "lists payments at the end of the time",
    breaks: "list payments page by page, newest first, each once, by every filter",
    make: (db) => new ListsToIncluded(db),
  },
  {
    wrong: "pages by time alone",
    breaks: "page through open payments, each once, though many started at the same time",
    make: (db) => new PagesByTimeAlone(db),
  },
  {
    wrong: "counts charges only",
    breaks: "count unsettled charges and refunds, with the oldest start",
    make: (db) => new CountsCharges(db),
  },
  {
    wrong: "pages by offset",
    breaks: "page through due refunds, each once, while others are acknowledged",
    make: (db) => new PagesByOffset(db),
  },
  {
    wrong: "omits payments with the status unknown",
    breaks: "find payments that are open since before a time",
    make: (db) => new OmitsUnknown(db),
  },
  {
    wrong: "reads every payment",
    breaks: "read no settled payment",
    make: (db) => new SelectsByStatus(db),
  },
]);
