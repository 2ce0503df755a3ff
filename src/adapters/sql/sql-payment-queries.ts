import type { PaymentQueries } from "../../application/ports/payment-queries.js";
import type { PaymentId } from "../../domain/ids.js";
import type { Payment } from "../../domain/payment.js";
import type { EpochMs } from "../../domain/time.js";
import { rowsAfter } from "./cursor.js";
import { type Database, read } from "./database.js";
import { type PaymentRecord, paymentOf } from "./payment-record.js";

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

  async openSince(before: EpochMs, last: Payment | null, limit: number): Promise<readonly Payment[]> {
    const rows = await read<PaymentRecord[]>(this.left("charge", last, limit).andWhere("opened_at", "<", before));
    return rows.map(paymentOf);
  }

  async refundsDue(last: Payment | null, limit: number): Promise<readonly Payment[]> {
    return (await read<PaymentRecord[]>(this.left("refund", last, limit))).map(paymentOf);
  }

  private left(open_state: PaymentRecord["open_state"], last: Payment | null, limit: number) {
    const rows = this.db.knex("payments").where({ open_state }).orderBy(["opened_at", "payment_id"]).limit(limit);
    if (last !== null) rowsAfter(rows, ["opened_at", "payment_id"], [last.openedAt, last.paymentId]);
    return rows;
  }
}
