import type { PaymentTable } from "../../application/ports/payment-table.js";
import type { IdempotencyKey, PaymentId, UserId } from "../../domain/ids.js";
import type { Payment } from "../../domain/payment.js";
import { changeRows, lockRows, selectRows } from "./by-hand.js";
import { insertRows } from "./insert-rows.js";
import { type PaymentRecord, paymentOf, paymentRecordOf } from "./payment-record.js";
import { isDuplicate } from "./sql-errors.js";
import type { Statements } from "./transaction.js";

const columns = [
  "payment_id",
  "user_id",
  "idempotency_key",
  "order_id",
  "reservation_id",
  "amount",
  "method",
  "status",
  "opened_at",
  "open_state",
] as const;

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

  async add(payment: Payment): Promise<boolean> {
    try {
      const record = paymentRecordOf(payment);
      await insertRows(this.trx, "payments", columns, [columns.map((column) => record[column])]);
      return true;
    } catch (error) {
      if (isDuplicate(error)) return false;
      throw error;
    }
  }

  async lock(paymentId: PaymentId): Promise<Payment | undefined> {
    const [row] = await lockRows<PaymentRecord>(this.trx, "SELECT * FROM payments WHERE payment_id = ?", [paymentId]);
    return row && paymentOf(row);
  }

  async save(payment: Payment): Promise<void> {
    const { payment_id, status, open_state } = paymentRecordOf(payment);
    await changeRows(this.trx, "UPDATE payments SET status = ?, open_state = ? WHERE payment_id = ?", [
      status,
      open_state,
      payment_id,
    ]);
  }
}
