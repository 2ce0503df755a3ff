import { businessDayAt, type TimeZone } from "../../domain/business-day.js";
import type { ProductId, SaleId } from "../../domain/ids.js";
import type { Money } from "../../domain/money.js";
import { DomainError } from "../../domain/problem.js";
import { productSold } from "../../domain/sale.js";
import { after, type EpochMs, toInstant } from "../../domain/time.js";
import type { Clock } from "../ports/clock.js";
import type { UnitOfWork } from "../ports/unit-of-work.js";

/** A sale of a shop that keeps its own orders. */
export type ReportedSale = {
  readonly saleId: SaleId;
  readonly productId: ProductId;
  readonly quantity: number;
  readonly unitPrice: Money;
  /** `null`: now. */
  readonly occurredAt: EpochMs | null;
};

/** How far a shop's clock may be ahead of ours. */
const aheadMs = 5 * 60_000;

/** Takes sales in, all of them or none; each id counts once for ever. */
export class RecordSale {
  private readonly work: UnitOfWork;
  private readonly clock: Clock;
  private readonly zone: TimeZone;

  constructor(work: UnitOfWork, clock: Clock, zone: TimeZone) {
    this.work = work;
    this.clock = clock;
    this.zone = zone;
  }

  /**
   * Answers how many were new, and how many were known before.
   * @throws DomainError `product-not-found`, `sale-in-future`, each with the place of the sale among those given
   */
  execute(reported: readonly ReportedSale[]): Promise<{ readonly accepted: number; readonly known: number }> {
    return this.work.run(async (tx) => {
      const now = this.clock.now();
      const latest = after(now, aheadMs);
      for (const [index, { occurredAt }] of reported.entries())
        if (occurredAt !== null && occurredAt > latest)
          throw new DomainError({
            code: "sale-in-future",
            index,
            occurredAt: toInstant(occurredAt),
            latest: toInstant(latest),
          });
      const products = await tx.products.byIds([...new Set(reported.map(({ productId }) => productId))]);
      const there = new Set(products.map(({ productId }) => productId));
      const stray = reported.findIndex(({ productId }) => !there.has(productId));
      const productId = reported[stray]?.productId;
      if (productId !== undefined) throw new DomainError({ code: "product-not-found", productId, index: stray });
      const sales = reported.map((sale) => {
        const occurredAt = sale.occurredAt ?? now;
        return { ...sale, occurredAt, businessDay: businessDayAt(occurredAt, this.zone) };
      });
      const fresh = await tx.sales.addNew(sales);
      await tx.outbox.add(fresh.map((sale) => productSold(sale, now)));
      return { accepted: fresh.length, known: reported.length - fresh.length };
    });
  }
}
