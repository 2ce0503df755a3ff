import type { OpenOrders, OrderQueries } from "../../application/ports/order-queries.js";
import type { Page } from "../../application/ports/page.js";
import type { OrderId, UserId } from "../../domain/ids.js";
import type { Order } from "../../domain/order.js";
import type { EpochMs } from "../../domain/time.js";
import { type List, readPage } from "./cursor.js";
import { type Database, read } from "./database.js";
import { type OrderRecord, orderOf } from "./order-record.js";

const orders: List = { name: "orders", order: { placed_at: "number", order_id: "string" } };

/** Reads of orders. */
export class SqlOrderQueries implements OrderQueries {
  private readonly db: Database;

  constructor(db: Database) {
    this.db = db;
  }

  async byIds(orderIds: readonly OrderId[]): Promise<readonly Order[]> {
    return (await read<OrderRecord[]>(this.db.knex("orders").whereIn("order_id", orderIds))).map(orderOf);
  }

  ofUser(userId: UserId, cursor: string | null, limit: number): Promise<Page<Order> | undefined> {
    return readPage(this.db.knex("orders").where("user_id", userId), orders, cursor, limit, orderOf);
  }

  async expired(now: EpochMs, limit: number, skip = 0): Promise<readonly OrderId[]> {
    const orders = this.db.knex("orders").select("order_id").where("due_at", "<=", now);
    const due = orders.orderBy(["due_at", "order_id"]).limit(limit).offset(skip);
    return (await read<Pick<OrderRecord, "order_id">[]>(due)).map(({ order_id }) => order_id);
  }

  async stalled(before: EpochMs, limit: number, skip = 0): Promise<readonly Order[]> {
    const stalled = this.db.knex("orders").where("pending_since", "<", before);
    const rows = stalled.orderBy(["pending_since", "order_id"]).limit(limit).offset(skip);
    return (await read<OrderRecord[]>(rows)).map(orderOf);
  }

  async open(): Promise<OpenOrders> {
    const { knex } = this.db;
    // `> 0`, because SQLite uses no index for `IS NOT NULL`.
    const live = knex("orders").where("due_at", ">", 0);
    const pending = knex("orders").where("pending_since", ">", 0);
    // One statement: between two statements an order may be placed and then be counted in only one of them.
    const counts = knex
      .select(live.count("*").as("live"), pending.clone().count("*").as("pending"))
      .select(pending.min("placed_at").as("oldest"))
      .first();
    const found = await read<{ live: number; pending: number; oldest: EpochMs | null }>(counts);
    const [all, pendings] = [Number(found.live), Number(found.pending)];
    return { pending: pendings, awaitingPayment: all - pendings, oldestPendingAt: found.oldest };
  }
}
