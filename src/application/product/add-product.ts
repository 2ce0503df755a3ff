import type { Operator } from "../../domain/admin-log.js";
import { DomainError } from "../../domain/problem.js";
import type { Product } from "../../domain/product.js";
import type { Clock } from "../ports/clock.js";
import type { UnitOfWork } from "../ports/unit-of-work.js";

/** Creates a product with its initial stock. A repeated request creates nothing. */
export class AddProduct {
  private readonly work: UnitOfWork;
  private readonly clock: Clock;

  constructor(work: UnitOfWork, clock: Clock) {
    this.work = work;
    this.clock = clock;
  }

  /**
   * Returns whether this call has created the product. A repeated request is compared with the product as created.
   * @throws DomainError `id-taken` if another product has the id
   */
  execute(product: Product, stock: number, operator: Operator): Promise<{ readonly created: boolean }> {
    return this.work.run(async (tx) => {
      const now = this.clock.now();
      if (await tx.products.add(product, stock, now)) {
        await tx.adminLog.add(operator, "product.created", product.productId, now);
        return { created: true };
      }
      const first = await tx.products.creation(product.productId);
      const same =
        first !== undefined &&
        first.stock === stock &&
        first.product.name === product.name &&
        first.product.unitPrice === product.unitPrice &&
        first.product.category === product.category;
      if (!same) throw new DomainError({ code: "id-taken", id: product.productId });
      return { created: false };
    });
  }
}
