import type { Knex } from "knex";
import type { PaymentTable } from "../../application/ports/payment-table.js";
import type { IdempotencyKey, PaymentId, UserId } from "../../domain/ids.js";
import type { Payment } from "../../domain/payment.js";
import type { Dialect } from "./database.js";
import { type PaymentRecord, paymentOf, paymentRecordOf } from "./payment-record.js";
import { isDuplicate } from "./sql-errors.js";

/** Payments, in one transaction. */
export class SqlPaymentTable implements PaymentTable {
  private readonly trx: Knex.Transaction;
  private readonly dialect: Dialect;

  constructor(trx: Knex.Transaction, dialect: Dialect) {
    this.trx = trx;
    this.dialect = dialect;
  }

  async byKey(userId: UserId, key: IdempotencyKey): Promise<Payment | undefined> {
    const row: PaymentRecord | undefined = await this.trx("payments")
      .where({ user_id: userId, idempotency_key: key })
      .first();
    return row && paymentOf(row);
  }

  async add(payment: Payment): Promise<boolean> {
    try {
      await this.trx("payments").insert(paymentRecordOf(payment));
      return true;
    } catch (error) {
      if (isDuplicate(error)) return false;
      throw error;
    }
  }

  async lock(paymentId: PaymentId): Promise<Payment | undefined> {
    const payment = this.trx("payments").where("payment_id", paymentId).first();
    const row: PaymentRecord | undefined = await (this.dialect === "mysql" ? payment.forUpdate() : payment);
    return row && paymentOf(row);
  }

  async save(payment: Payment): Promise<void> {
    const { payment_id, status, open_state } = paymentRecordOf(payment);
    await this.trx("payments").where({ payment_id }).update({ status, open_state });
  }
}
