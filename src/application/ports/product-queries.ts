import type { ProductId } from "../../domain/ids.js";
import type { Product, Stock } from "../../domain/product.js";
import type { Page } from "./page.js";

/** A product and its stock. */
export type StockedProduct = { readonly product: Product; readonly stock: Stock };

/** Reads of products outside transactions. @throws DomainError `engine-unavailable` */
export interface ProductQueries {
  find(productId: ProductId): Promise<StockedProduct | undefined>;
  /** Returns a page of products, oldest first; `undefined` if the cursor is invalid. */
  list(cursor: string | null, limit: number): Promise<Page<StockedProduct> | undefined>;
  /** Returns the products that exist, in any order. */
  byIds(productIds: readonly ProductId[]): Promise<readonly Product[]>;
}
