import type { Page } from "../../application/ports/page.js";
import type { PaymentFilter, PaymentQueries, UnsettledPayments } from "../../application/ports/payment-queries.js";
import type { PaymentId } from "../../domain/ids.js";
import type { Payment } from "../../domain/payment.js";
import type { EpochMs } from "../../domain/time.js";
import { type List, readPage, rowsAfter } from "./cursor.js";
import { type Database, read } from "./database.js";
import { type PaymentRecord, paymentOf } from "./payment-record.js";

const newestPayments: List = {
  name: "payments",
  order: { opened_at: "number", payment_id: "string" },
  newestFirst: true,
};

/** Reads of payments. */
export class SqlPaymentQueries implements PaymentQueries {
  private readonly db: Database;

  constructor(db: Database) {
    this.db = db;
  }

  async find(paymentId: PaymentId): Promise<Payment | undefined> {
    const row = await read<PaymentRecord | undefined>(this.db.knex("payments").where("payment_id", paymentId).first());
    return row && paymentOf(row);
  }

  list(filter: PaymentFilter, cursor: string | null, limit: number): Promise<Page<Payment> | undefined> {
    const { userId, status, orderId, from, to } = filter;
    const rows = this.db.knex("payments");
    if (userId !== null) rows.where("user_id", userId);
    if (status !== null) rows.where("status", status);
    if (orderId !== null) rows.where("order_id", orderId);
    if (from !== null) rows.where("opened_at", ">=", from);
    if (to !== null) rows.where("opened_at", "<", to);
    return readPage<PaymentRecord, Payment>(rows, newestPayments, cursor, limit, paymentOf);
  }

  async openSince(before: EpochMs, last: Payment | null, limit: number): Promise<readonly Payment[]> {
    const rows = await read<PaymentRecord[]>(this.left("charge", last, limit).andWhere("opened_at", "<", before));
    return rows.map(paymentOf);
  }

  async refundsDue(last: Payment | null, limit: number): Promise<readonly Payment[]> {
    return (await read<PaymentRecord[]>(this.left("refund", last, limit))).map(paymentOf);
  }

  async unsettled(): Promise<UnsettledPayments> {
    const { knex } = this.db;
    const of = (open_state: PaymentRecord["open_state"]) => knex("payments").where({ open_state });
    const figures = knex
      .select(of("charge").count("*").as("charges"), of("charge").min("opened_at").as("oldest_charge"))
      .select(of("refund").count("*").as("refunds"), of("refund").min("opened_at").as("oldest_refund"))
      .first();
    const found = await read<Readonly<Record<string, number | null>>>(figures);
    const oldest = [found.oldest_charge, found.oldest_refund].flatMap((at) => (at == null ? [] : [Number(at)]));
    return {
      charges: Number(found.charges),
      refunds: Number(found.refunds),
      oldestAt: oldest.length === 0 ? null : (Math.min(...oldest) as EpochMs),
    };
  }

  private left(open_state: PaymentRecord["open_state"], last: Payment | null, limit: number) {
    const rows = this.db.knex("payments").where({ open_state }).orderBy(["opened_at", "payment_id"]).limit(limit);
    if (last !== null) rowsAfter(rows, ["opened_at", "payment_id"], [last.openedAt, last.paymentId]);
    return rows;
  }
}
