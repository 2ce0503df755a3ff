import { businessDayAt, type TimeZone } from "../../domain/business-day.js";
import type { ProductId, SaleId } from "../../domain/ids.js";
import type { Money } from "../../domain/money.js";
import { DomainError } from "../../domain/problem.js";
import { productSold } from "../../domain/sale.js";
import { after, type EpochMs, toInstant } from "../../domain/time.js";
import type { Clock } from "../ports/clock.js";
import type { UnitOfWork } from "../ports/unit-of-work.js";

/** A sale from a shop that keeps its own orders. */
export type ReportedSale = {
  readonly saleId: SaleId;
  readonly productId: ProductId;
  readonly quantity: number;
  readonly unitPrice: Money;
  /** `null`: now. */
  readonly occurredAt: EpochMs | null;
};

/** How far `occurredAt` may be ahead of this node's clock. */
const maxAheadMs = 5 * 60_000;

/** Records a shop's sales: all of them or none. Each sale id counts once, forever. */
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
   * Returns how many sales were new and how many were already known.
   * @throws DomainError `sale-in-future`, `product-not-found`, each with the index of the sale
   */
  execute(reported: readonly ReportedSale[]): Promise<{ readonly accepted: number; readonly known: number }> {
    return this.work.run(async (tx) => {
      const now = this.clock.now();
      const latest = after(now, maxAheadMs);
      for (const [index, { occurredAt }] of reported.entries())
        if (occurredAt !== null && occurredAt > latest)
          throw new DomainError({
            code: "sale-in-future",
            index,
            occurredAt: toInstant(occurredAt),
            latest: toInstant(latest),
          });
      const products = await tx.products.byIds([...new Set(reported.map(({ productId }) => productId))]);
      const existing = new Set(products.map(({ productId }) => productId));
      const index = reported.findIndex(({ productId }) => !existing.has(productId));
      const productId = reported[index]?.productId;
      if (productId !== undefined) throw new DomainError({ code: "product-not-found", productId, index });
      const sales = reported.map((sale) => {
        const occurredAt = sale.occurredAt ?? now;
        return { ...sale, occurredAt, businessDay: businessDayAt(occurredAt, this.zone) };
      });
      const added = await tx.sales.addNew(sales);
      await tx.outbox.add(added.map((sale) => productSold(sale, now)));
      return { accepted: added.length, known: reported.length - added.length };
    });
  }
}
