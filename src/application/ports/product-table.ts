import type { ProductId } from "../../domain/ids.js";
import type { Money } from "../../domain/money.js";
import type { Product, StockMove } from "../../domain/product.js";
import type { EpochMs } from "../../domain/time.js";

/** A change of a product. Missing fields do not change; `restock` is added to the stock. */
export type ProductChange = { readonly name?: string; readonly unitPrice?: Money; readonly restock?: number };

/** Products inside a transaction. */
export interface ProductTable {
  /** Inserts the product with its stock. Returns `false` if the id is in use. */
  add(product: Product, stock: number, at: EpochMs): Promise<boolean>;
  /** Reads the product and its stock as they were created, without a lock. */
  creation(productId: ProductId): Promise<{ readonly product: Product; readonly stock: number } | undefined>;
  /** Reads the products that exist, in any order, without a lock. */
  byIds(productIds: readonly ProductId[]): Promise<readonly Product[]>;
  /** Locks the rows in id order, and reads the units on hand. */
  lock(productIds: readonly ProductId[]): Promise<ReadonlyMap<ProductId, number>>;
  /** Moves units. Returns `false` if a product does not exist or a count would fall below 0. */
  move(moves: readonly StockMove[]): Promise<boolean>;
  /** Changes a product. `too-large`: on hand + reserved would exceed `greatestStock`; then nothing changes. */
  change(productId: ProductId, change: ProductChange): Promise<"changed" | "unknown" | "too-large">;
}
