import type { ProductId } from "../../domain/ids.js";
import type { Money } from "../../domain/money.js";
import type { Product, StockMove } from "../../domain/product.js";
import type { EpochMs } from "../../domain/time.js";

/** What may change of a product, once it is there. */
export type ProductChange = { readonly name?: string; readonly unitPrice?: Money; readonly restock?: number };

/** Products inside a transaction. */
export interface ProductTable {
  /** `false` where the id is taken. */
  add(product: Product, stock: number, at: EpochMs): Promise<boolean>;
  /** The product and the stock it was created with, whatever has changed since; not locked. */
  creation(productId: ProductId): Promise<{ readonly product: Product; readonly stock: number } | undefined>;
  /** Those that exist, in any order; not locked. */
  byIds(productIds: readonly ProductId[]): Promise<readonly Product[]>;
  /** Locks the rows, in id order, and reads what is on hand. */
  lock(productIds: readonly ProductId[]): Promise<ReadonlyMap<ProductId, number>>;
  /** Moves units, each count guarded against falling below 0; `false` where a guard or a product is missing. */
  move(moves: readonly StockMove[]): Promise<boolean>;
  /** `too-large`: on hand and reserved together would pass the greatest stock; then nothing changes. */
  change(productId: ProductId, change: ProductChange): Promise<"changed" | "unknown" | "too-large">;
}
