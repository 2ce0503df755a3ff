import { DomainError } from "../../domain/problem.js";
import type { Product } from "../../domain/product.js";
import type { Clock } from "../ports/clock.js";
import type { UnitOfWork } from "../ports/unit-of-work.js";

/** Adds a product with its first stock, once an id. */
export class AddProduct {
  private readonly work: UnitOfWork;
  private readonly clock: Clock;

  constructor(work: UnitOfWork, clock: Clock) {
    this.work = work;
    this.clock = clock;
  }

  /**
   * Answers whether the product is new; the same one again is not, whatever has changed of it since.
   * @throws DomainError `id-taken` where another product has the id.
   */
  execute(product: Product, stock: number): Promise<{ readonly created: boolean }> {
    return this.work.run(async (tx) => {
      if (await tx.products.add(product, stock, this.clock.now())) return { created: true };
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
