import type { SandboxBook, SandboxEntry, SandboxTotals } from "../../application/ports/sandbox-book.js";
import type { PaymentId } from "../../domain/ids.js";
import type { Money } from "../../domain/money.js";
import type { Verdict } from "../../domain/payment.js";
import { type Database, read, transact } from "./database.js";
import { insertIfNew } from "./insert-rows.js";
import { changeRows, selectRows } from "./statements.js";

/** The book as a table. The first verdict and the first refund of a payment are final. */
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
  refund(paymentId: PaymentId, amount: Money): Promise<boolean> {
    return transact(this.db, async (trx) => {
      await changeRows(
        trx,
        `UPDATE sandbox_book SET refunded = ?
         WHERE payment_id = ? AND verdict = 'captured' AND refunded IS NULL AND captured >= ?`,
        [amount, paymentId, amount],
      );
      const sql = "SELECT 1 FROM sandbox_book WHERE payment_id = ? AND refunded = ?";
      return (await selectRows(trx, sql, [paymentId, amount])).length === 1;
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
