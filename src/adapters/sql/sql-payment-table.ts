import type { PaymentTable } from "../../application/ports/payment-table.js";
import type { IdempotencyKey, PaymentId, UserId } from "../../domain/ids.js";
import type { Payment } from "../../domain/payment.js";
import { insertIfNew } from "./insert-rows.js";
import { type PaymentRecord, paymentOf, paymentRecordOf } from "./payment-record.js";
import { changeRows, lockRows, selectRows } from "./statements.js";
import type { Statements } from "./transaction.js";

/** Payments, in one transaction. */
export class SqlPaymentTable implements PaymentTable {
  private readonly trx: Statements;

  constructor(trx: Statements) {
    this.trx = trx;
  }

  async byKey(userId: UserId, key: IdempotencyKey): Promise<Payment | undefined> {
    const [row] = await selectRows<PaymentRecord>(
      this.trx,
      "SELECT * FROM payments WHERE user_id = ? AND idempotency_key = ?",
      [userId, key],
    );
    return row && paymentOf(row);
  }

  add(payment: Payment): Promise<boolean> {
    return insertIfNew(this.trx, "payments", paymentRecordOf(payment));
  }

  async close(payment: Payment): Promise<boolean> {
    const { payment_id, status } = paymentRecordOf(payment);
    const closed = await changeRows(
      this.trx,
      "UPDATE payments SET status = ?, open_state = NULL WHERE payment_id = ? AND open_state = 'charge'",
      [status, payment_id],
    );
    return closed === 1;
  }

  async lock(paymentId: PaymentId): Promise<Payment | undefined> {
    const [row] = await lockRows<PaymentRecord>(this.trx, "SELECT * FROM payments WHERE payment_id = ?", [paymentId]);
    return row && paymentOf(row);
  }

  async save(payment: Payment): Promise<void> {
    const { payment_id, status, open_state, refunded } = paymentRecordOf(payment);
    await changeRows(this.trx, "UPDATE payments SET status = ?, open_state = ?, refunded = ? WHERE payment_id = ?", [
      status,
      open_state,
      refunded,
      payment_id,
    ]);
  }
}
