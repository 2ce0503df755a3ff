import type { Database } from "../../../src/adapters/sql/database.js";
import { SqlJournalRows } from "../../../src/adapters/sql/sql-journal-rows.js";
import { type ConsumerGroup, choreograph } from "../../../src/application/choreography.js";
import { consumeBatch } from "../../../src/application/consume-batch.js";
import type { Application } from "../../../src/bootstrap/open-application.js";
import { settledEvent } from "../../../src/domain/coupon.js";
import { createEvent, type DomainEvent } from "../../../src/domain/event.js";
import type { Order } from "../../../src/domain/order.js";
import { addWebhooks, soldOut, webhookOf } from "../../contract/webhook-deliveries/announcements.js";
import { addSchedules, held, holdMs, schedule, scheduleId, writeReservations } from "../../support/concert-data.js";
import { claim, coupon, insertClaims, noon, openCoupons, userId } from "../../support/coupon-data.js";
import {
  addProducts,
  later,
  money,
  orderId,
  placed,
  product,
  productId,
  stocked,
  ttlMs,
  userCouponId,
  writeOrders,
} from "../../support/order-data.js";
import { day, sale, writeSales } from "../../support/sales-data.js";

export type Shop = { readonly db: Database; readonly application: Application; readonly clock: { at: number } };
type Id = "a" | "b";

/** Work on two things, a and b, while another session has locked one row of a. */
export type LockedRowCase = {
  readonly table: string;
  readonly work: string;
  /** The locked row: the condition of a SELECT. */
  readonly row: string;
  /** The work skips locked rows instead of waiting for them. */
  readonly skips?: true;
  /** The row of a is written already, so its work is never seen as done. */
  readonly isRepeated?: true;
  prepare(shop: Shop): Promise<unknown>;
  /** Works on a and b together. */
  run(shop: Shop): Promise<unknown>;
  isDone(shop: Shop, id: Id): Promise<boolean>;
};

const ids = ["a", "b"] as const;
const at = later(1000);
const dayMs = 86_400_000;

const deliver = async ({ application }: Shop, group: ConsumerGroup, events: readonly DomainEvent[]): Promise<void> => {
  const consumer = { group, choreography: choreograph(application), backoff: () => 1 };
  const deliveries = events.map((event) => ({ event, tries: 0 }));
  const { retries, parked, unavailable } = await consumeBatch(consumer, deliveries);
  if (unavailable !== undefined) throw unavailable;
  if (parked.length > 0 || retries.some(({ tries }) => tries > 0)) throw new Error("a wait counted as a failed try");
};

const exists = async ({ db }: Shop, table: string, where: Readonly<Record<string, unknown>>): Promise<boolean> =>
  (await db.knex(table).where(where).first()) !== undefined;

const orderOf = (id: Id, facts: Partial<Order> = {}) =>
  placed(id, { lines: [{ productId: productId(id), quantity: 1, unitPrice: money(1000) }], ...facts });
const placedEvent = (id: Id) =>
  createEvent("order.placed", { orderId: orderId(id), userId: userId(id), items: [], userCouponId: null }, at);
const prepareOrders = async ({ db }: Shop, orders: readonly Order[]) => {
  await addProducts(db, 5, product("a"), product("b"));
  await writeOrders(db, ...orders);
};
const reserveStock = (shop: Shop) =>
  deliver(
    shop,
    "inventory",
    ids.map((id) => placedEvent(id)),
  );
const isStocked = (shop: Shop, id: Id) => exists(shop, "products", { product_id: id, reserved: 1 });

const soldEvents = (prefix = "") =>
  ids.map((id) =>
    createEvent(
      "product.sold",
      {
        saleId: sale(prefix + id).saleId,
        productId: productId(id),
        quantity: 1,
        businessDay: day("2026-11-21"),
      } as never,
      at,
    ),
  );
const salesOf = (prefix = "") => ids.map((id) => sale(prefix + id, { productId: productId(id) }));
const isBooked = (shop: Shop, id: Id) => exists(shop, "sales", { sale_id: `new-${id}`, unbooked: null });
const bookAfterEarlier = async (shop: Shop) => {
  await writeSales(shop.db, ...salesOf("old-"));
  await shop.application.bookSales.bookUnbooked();
  await writeSales(shop.db, ...salesOf("new-"));
};
const bookNew = (shop: Shop) => deliver(shop, "sales", soldEvents("new-"));

const holdsOn = async ({ db, clock }: Shop, ...schedules: readonly string[]) => {
  await addSchedules(db, ...schedules.map((id) => schedule(id)));
  const holds = ids.map((id, n) => held(id, n + 1, { scheduleId: scheduleId(schedules[n % schedules.length] ?? "") }));
  await writeReservations(db, ...holds);
  await db.knex("schedules").update({ held_seats: 2 });
  clock.at = later(holdMs + 1000);
};
const isExpired = (shop: Shop, id: Id) => exists(shop, "reservations", { reservation_id: id, status: "expired" });

const oldLogs = ({ db }: Shop) =>
  db.knex.batchInsert(
    "ranking_logs",
    ids.map((id, position) => ({
      task_id: `${id}-task-1`,
      user_id: id,
      coupon_id: id,
      position,
      status: "ISSUED",
      retry_count: 0,
      recorded_at: noon,
    })),
  );
const letter = (id: Id) => ({ type: "order.placed", group: "inventory" as const, error: "e", attempts: 8, event: id });

/** One case or more for every table that a batch or a job locks. */
export const lockedRowCases: readonly LockedRowCase[] = [
  {
    table: "products",
    work: "a consumer reserves stock",
    row: "product_id = 'a'",
    prepare: (shop) =>
      prepareOrders(
        shop,
        ids.map((id) => orderOf(id)),
      ),
    run: reserveStock,
    isDone: isStocked,
  },
  {
    table: "orders",
    work: "a consumer reserves stock",
    row: "order_id = 'a'",
    prepare: (shop) =>
      prepareOrders(
        shop,
        ids.map((id) => orderOf(id)),
      ),
    run: reserveStock,
    isDone: isStocked,
  },
  {
    table: "products",
    work: "a job expires orders",
    row: "product_id = 'a'",
    prepare: async (shop) => {
      await prepareOrders(
        shop,
        ids.map((id) => stocked(orderOf(id))),
      );
      await shop.db.knex("products").update({ on_hand: 4, reserved: 1 });
      shop.clock.at = later(ttlMs + 1000);
    },
    run: ({ application }) => application.expireOrders.execute(),
    isDone: (shop, id) => exists(shop, "orders", { order_id: id, status: "cancelled" }),
  },
  {
    table: "orders",
    work: "a job recovers stalled orders",
    row: "order_id = 'a'",
    prepare: async (shop) => {
      await prepareOrders(
        shop,
        ids.map((id) => orderOf(id, { expiresAt: later(dayMs) })),
      );
      shop.clock.at = later(ttlMs + 1000);
    },
    run: ({ application }) => application.recoverStalledOrders.execute(),
    isDone: isStocked,
  },
  {
    table: "user_coupons",
    work: "a consumer redeems coupons",
    row: "user_coupon_id = 'a'",
    prepare: async (shop) => {
      await openCoupons(shop.db, coupon("c"));
      await shop.db.knex.batchInsert(
        "user_coupons",
        ids.map((id, n) => ({
          user_coupon_id: id,
          coupon_id: "c",
          user_id: `${id}-shopper`,
          position: n + 1,
          status: "issued",
          issued_at: noon,
        })),
      );
      await prepareOrders(
        shop,
        ids.map((id) => stocked(orderOf(id, { userCouponId: userCouponId(id) }))),
      );
    },
    run: (shop) =>
      deliver(
        shop,
        "redemption",
        ids.map((id) => createEvent("stock.reserved", { orderId: orderId(id) } as never, at)),
      ),
    isDone: (shop, id) => exists(shop, "user_coupons", { user_coupon_id: id, status: "used" }),
  },
  {
    table: "coupons",
    work: "a consumer settles claims",
    row: "coupon_id = 'a'",
    prepare: async ({ db }) => {
      await openCoupons(db, coupon("a"), coupon("b"));
      await insertClaims(
        db,
        ids.map((id) => claim(id, 1)),
      );
    },
    run: (shop) =>
      deliver(
        shop,
        "settlement",
        ids.map((id) => createEvent("coupon.reserved", claim(id, 1), at)),
      ),
    isDone: (shop, id) => exists(shop, "coupon_claims", { coupon_id: id, status: "issued" }),
  },
  {
    table: "coupon_claims",
    work: "the sweeper settles claims of one coupon",
    row: "task_id = 'c-task-1'",
    prepare: async ({ db, clock }) => {
      await openCoupons(db, coupon("c"));
      await insertClaims(db, [claim("c", 1), claim("c", 2)]);
      clock.at = later(3_600_000);
    },
    run: ({ application }) => application.sweepClaims.execute(),
    isDone: (shop, id) => exists(shop, "coupon_claims", { position: id === "a" ? 1 : 2, status: "issued" }),
  },
  {
    table: "coupon_epochs",
    work: "claims are stored",
    row: "coupon_id = 'a'",
    prepare: ({ db }) => openCoupons(db, coupon("a"), coupon("b")),
    run: ({ application }) => application.claimRows.insert(ids.map((id) => ({ claim: claim(id, 1), epoch: 0 }))),
    isDone: (shop, id) => exists(shop, "coupon_claims", { coupon_id: id }),
  },
  {
    table: "ranking_logs",
    work: "a consumer logs claims",
    isRepeated: true,
    row: "task_id = 'a-task-1'",
    prepare: async (shop) => {
      await oldLogs(shop);
      await shop.db.knex("ranking_logs").where("coupon_id", "b").delete();
    },
    run: (shop) =>
      deliver(
        shop,
        "ranking-log",
        ids.map((id) => settledEvent({ ...claim(id, 1), status: "failed", reason: "internal" }, 0, noon)),
      ),
    isDone: async (shop, id) => id === "b" && exists(shop, "ranking_logs", { coupon_id: id }),
  },
  {
    table: "sales",
    work: "a consumer books sales",
    row: "sale_id = 'new-a'",
    prepare: ({ db }) => writeSales(db, ...salesOf("new-")),
    run: bookNew,
    isDone: isBooked,
  },
  {
    table: "product_sales_daily",
    work: "a consumer books sales",
    row: "product_id = 'a'",
    prepare: bookAfterEarlier,
    run: bookNew,
    isDone: isBooked,
  },
  {
    table: "product_sales_total",
    work: "a consumer books sales",
    row: "product_id = 'a'",
    prepare: bookAfterEarlier,
    run: bookNew,
    isDone: isBooked,
  },
  {
    table: "product_sales_daily",
    work: "the daily close closes two days",
    row: "business_day = '2026-11-19'",
    prepare: async ({ db, application }) => {
      const days = { a: day("2026-11-19"), b: day("2026-11-20") };
      await writeSales(db, ...ids.map((id) => sale(id, { productId: productId(id), businessDay: days[id] })));
      await application.bookSales.bookUnbooked();
    },
    run: ({ application }) => application.closeDay.closeDueDays(async () => {}),
    isDone: (shop, id) => exists(shop, "closed_days", { business_day: id === "a" ? "2026-11-19" : "2026-11-20" }),
  },
  {
    table: "reservations",
    work: "a job expires holds",
    row: "reservation_id = 'a'",
    prepare: (shop) => holdsOn(shop, "s"),
    run: ({ application }) => application.expireHolds.execute(),
    isDone: isExpired,
  },
  {
    table: "schedules",
    work: "a job expires holds",
    row: "schedule_id = 's'",
    prepare: (shop) => holdsOn(shop, "s", "t"),
    run: ({ application }) => application.expireHolds.execute(),
    isDone: isExpired,
  },
  {
    table: "outbox",
    work: "the relay sends events",
    skips: true,
    row: "event_id = 'order.placed:a'",
    prepare: ({ application }) => application.work.run((tx) => tx.outbox.add(ids.map((id) => placedEvent(id)))),
    run: ({ application }) => application.relayOutbox.execute(),
    isDone: (shop, id) => exists(shop, "deliveries", { event_id: `order.placed:${id}` }),
  },
  {
    table: "deliveries",
    work: "the journal records what a group has processed",
    row: "event_key = 'a'",
    prepare: ({ application }) => application.bus.publish(ids.map((id) => placedEvent(id))),
    run: async ({ db, clock }) => {
      const rows = new SqlJournalRows("inventory", db, { now: () => clock.at as never });
      await rows.record((await rows.fresh(false)).map(({ id }) => ({ id, letter: null })));
    },
    isDone: async (shop, id) => !(await exists(shop, "deliveries", { event_key: id })),
  },
  {
    table: "deliveries",
    work: "requests publish events",
    isRepeated: true,
    row: "event_key = 'a'",
    prepare: ({ application }) => application.bus.publish([placedEvent("a")]),
    run: async ({ application }) => {
      const publish = (id: Id) => application.bus.publish([placedEvent(id)]);
      const results = await Promise.allSettled(ids.map(publish));
      for (const result of results) if (result.status === "rejected") throw result.reason;
    },
    isDone: async (shop, id) => id === "b" && exists(shop, "deliveries", { event_key: id }),
  },
  {
    table: "dead_letters",
    work: "retention deletes letters",
    skips: true,
    row: "event = 'a'",
    prepare: async (shop) => {
      const rows = ids.map((id) => ({ ...letter(id), event_id: id, parked_at: noon, replayed_at: noon }));
      await shop.db.knex.batchInsert(
        "dead_letters",
        rows.map(({ group, ...row }) => ({ ...row, consumer_group: group })),
      );
      shop.clock.at = later(500 * dayMs);
    },
    run: ({ application }) => application.purgeRows.execute(),
    isDone: async (shop, id) => !(await exists(shop, "dead_letters", { event: id })),
  },
  {
    table: "ranking_logs",
    work: "retention deletes log entries",
    skips: true,
    row: "coupon_id = 'a'",
    prepare: async (shop) => {
      await oldLogs(shop);
      shop.clock.at = later(500 * dayMs);
    },
    run: ({ application }) => application.purgeRows.execute(),
    isDone: async (shop, id) => !(await exists(shop, "ranking_logs", { coupon_id: id })),
  },
  {
    table: "day_drifts",
    work: "retention deletes drift",
    skips: true,
    row: "product_id = 'a'",
    prepare: async (shop) => {
      const rows = ids.map((id) => ({ product_id: id, business_day: "2026-01-01", sales_quantity: 1 }));
      await shop.db.knex.batchInsert("day_drifts", rows);
      shop.clock.at = later(800 * dayMs);
    },
    run: ({ application }) => application.purgeRows.execute(),
    isDone: async (shop, id) => !(await exists(shop, "day_drifts", { product_id: id })),
  },
  {
    table: "webhooks",
    work: "a consumer adds deliveries",
    row: "webhook_id = 'a'",
    prepare: ({ application }) => addWebhooks(application.work, webhookOf("a"), webhookOf("b")),
    run: (shop) => deliver(shop, "webhook", [soldOut(1)]),
    isDone: (shop, id) => exists(shop, "subscription_deliveries", { webhook_key: webhookOf(id).key }),
  },
  {
    table: "subscription_deliveries",
    work: "a worker claims deliveries",
    skips: true,
    row: "webhook_key = 'key-of-a'",
    prepare: async ({ application }) => {
      await addWebhooks(application.work, webhookOf("a"), webhookOf("b"));
      const deliveries = ids.map((id) => ({ key: webhookOf(id).key, event: soldOut(1) }));
      await application.work.run((tx) => tx.webhookDeliveries.add(deliveries, noon));
    },
    run: async ({ application }) => {
      for (const id of ids) await application.webhookDeliveries.claim(webhookOf(id).key, 1);
    },
    isDone: async ({ db }, id) =>
      (await db
        .knex("subscription_deliveries")
        .where({ webhook_key: webhookOf(id).key })
        .where("attempts", ">", 0)
        .first()) !== undefined,
  },
];

/** Tables that no batch and no job locks together with rows of other work, and why. */
export const otherTables: Readonly<Record<string, string>> = {
  admin_log: "only added to",
  closed_days: "one row per transaction, after the rows of product_sales_daily",
  concerts: "written by one request per row",
  job_leases: "one row per job, in its own transaction",
  payments: "one row per transaction: the sweeper settles up to 20 payments concurrently",
  sandbox_book: "one row per transaction",
  sandbox_refunds: "one row per transaction",
  schema_migrations: "changed by migrations",
  schema_migrations_lock: "changed by migrations",
  secrets: "read once at the start",
  webhook_deliveries: "only rows of version 0.1, which a worker moves when it starts",
};
