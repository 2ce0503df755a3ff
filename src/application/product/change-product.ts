import type { ProductId } from "../../domain/ids.js";
import { DomainError } from "../../domain/problem.js";
import { greatestStock } from "../../domain/product.js";
import type { BoardNotices } from "../ports/notices.js";
import type { ProductChange } from "../ports/product-table.js";
import type { UnitOfWork } from "../ports/unit-of-work.js";

/** Renames, reprices or restocks a product. Placed orders keep their prices. */
export class ChangeProduct {
  private readonly work: UnitOfWork;
  private readonly notices: BoardNotices;

  constructor(work: UnitOfWork, notices: BoardNotices) {
    this.work = work;
    this.notices = notices;
  }

  /** @throws DomainError `product-not-found`, `stock-too-large` */
  async execute(productId: ProductId, change: ProductChange): Promise<void> {
    const outcome = await this.work.run((tx) => tx.products.change(productId, change));
    if (outcome === "unknown") throw new DomainError({ code: "product-not-found", productId });
    if (outcome === "too-large") {
      const { restock = 0 } = change;
      throw new DomainError({ code: "stock-too-large", productId, restock, greatest: greatestStock });
    }
    // Boards show names and prices.
    this.notices.announce(["products"]);
  }
}
