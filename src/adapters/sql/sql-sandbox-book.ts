import type { SandboxBook, SandboxEntry, SandboxTotals } from "../../application/ports/sandbox-book.js";
import type { PaymentId, RefundId } from "../../domain/ids.js";
import type { Money } from "../../domain/money.js";
import type { Verdict } from "../../domain/payment.js";
import { type Database, read, transact } from "./database.js";
import { insertIfNew } from "./insert-rows.js";
import { changeRows, selectRows } from "./statements.js";

/** The book as tables. The first verdict of a payment and the first amount of a refund id are final. */
export class SqlSandboxBook implements SandboxBook {
  private readonly db: Database;

  constructor(db: Database) {
    this.db = db;
  }

  /** @throws DomainError `engine-unavailable`; the entry may be committed anyway */
  record({ paymentId, verdict, amount }: SandboxEntry): Promise<Verdict> {
    return transact(this.db, async (trx) => {
      const entry = { payment_id: paymentId, verdict, captured: amount, refunded: null };
      if (await insertIfNew(trx, "sandbox_book", entry)) return verdict;
      const sql = "SELECT verdict FROM sandbox_book WHERE payment_id = ?";
      const [first] = await selectRows<{ verdict: Verdict }>(trx, sql, [paymentId]);
      if (first === undefined) throw new Error(`payment ${paymentId} is neither new nor in the book`);
      return first.verdict;
    });
  }

  /** @throws DomainError `engine-unavailable` as `record` */
  refund(paymentId: PaymentId, refundId: RefundId, amount: Money): Promise<boolean> {
    return transact(this.db, async (trx) => {
      const refund = [paymentId, refundId];
      if (!(await insertIfNew(trx, "sandbox_refunds", { payment_id: paymentId, refund_id: refundId, amount }))) {
        const sql = "SELECT 1 FROM sandbox_refunds WHERE payment_id = ? AND refund_id = ? AND amount = ?";
        return (await selectRows(trx, sql, [...refund, amount])).length === 1;
      }
      const counted = await changeRows(
        trx,
        `UPDATE sandbox_book SET refunded = COALESCE(refunded, 0) + ?
         WHERE payment_id = ? AND verdict = 'captured' AND captured >= COALESCE(refunded, 0) + ?`,
        [amount, paymentId, amount],
      );
      if (counted === 1) return true;
      await changeRows(trx, "DELETE FROM sandbox_refunds WHERE payment_id = ? AND refund_id = ?", refund);
      return false;
    });
  }

  /** @throws DomainError `engine-unavailable` */
  async totals(): Promise<SandboxTotals> {
    const sums = await read<Record<keyof SandboxTotals, string | number | null>>(
      this.db.knex("sandbox_book").sum({ captured: "captured", refunded: "refunded" }).first(),
    );
    return { captured: Number(sums.captured), refunded: Number(sums.refunded) };
  }
}
