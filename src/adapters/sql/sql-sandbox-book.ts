import type { SandboxBook, SandboxEntry, SandboxTotals } from "../../application/ports/sandbox-book.js";
import type { PaymentId } from "../../domain/ids.js";
import type { Money } from "../../domain/money.js";
import type { Verdict } from "../../domain/payment.js";
import { type Database, read, transact } from "./database.js";
import { insertIfNew } from "./insert-rows.js";

/** A row of `sandbox_book`. */
type BookRow = { readonly verdict: Verdict; readonly refunded: Money | null };

/** The book as a table: the key lets the first verdict in, and a refund is written over nothing. */
export class SqlSandboxBook implements SandboxBook {
  private readonly db: Database;

  constructor(db: Database) {
    this.db = db;
  }

  /** @throws DomainError `engine-unavailable`: it may have been entered all the same */
  record({ paymentId, verdict, amount }: SandboxEntry): Promise<Verdict> {
    return transact(this.db, async (trx) => {
      const row = { payment_id: paymentId, verdict, captured: amount, refunded: null };
      if (await insertIfNew(trx, "sandbox_book", row)) return verdict;
      const first: BookRow = await trx("sandbox_book").where("payment_id", paymentId).first();
      return first.verdict;
    });
  }

  /** @throws DomainError `engine-unavailable` as `record` */
  refund(paymentId: PaymentId, amount: Money): Promise<boolean> {
    return transact(this.db, async (trx) => {
      const rows = trx("sandbox_book").where({ payment_id: paymentId, verdict: "captured" });
      await rows.clone().whereNull("refunded").where("captured", ">=", amount).update({ refunded: amount });
      const row: BookRow | undefined = await rows.first();
      return row?.refunded === amount;
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
