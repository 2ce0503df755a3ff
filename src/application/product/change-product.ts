import type { Operator } from "../../domain/admin-log.js";
import type { ProductId } from "../../domain/ids.js";
import { DomainError } from "../../domain/problem.js";
import { greatestStock } from "../../domain/product.js";
import type { Clock } from "../ports/clock.js";
import type { BoardNotices } from "../ports/notices.js";
import type { ProductChange } from "../ports/product-table.js";
import type { UnitOfWork } from "../ports/unit-of-work.js";

/** Renames, reprices or restocks a product. Placed orders keep their prices. */
export class ChangeProduct {
  private readonly work: UnitOfWork;
  private readonly notices: BoardNotices;
  private readonly clock: Clock;

  constructor(work: UnitOfWork, notices: BoardNotices, clock: Clock) {
    this.work = work;
    this.notices = notices;
    this.clock = clock;
  }

  /** @throws DomainError `product-not-found`, `stock-too-large` */
  async execute(productId: ProductId, change: ProductChange, operator: Operator): Promise<void> {
    const outcome = await this.work.run(async (tx) => {
      const outcome = await tx.products.change(productId, change);
      if (outcome === "changed") await tx.adminLog.add(operator, "product.changed", productId, this.clock.now());
      return outcome;
    });
    if (outcome === "unknown") throw new DomainError({ code: "product-not-found", productId });
    if (outcome === "too-large") {
      const { restock = 0 } = change;
      throw new DomainError({ code: "stock-too-large", productId, restock, greatest: greatestStock });
    }
    // Boards show names and prices.
    this.notices.announce(["products"]);
  }
}
