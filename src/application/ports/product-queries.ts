import type { ProductId } from "../../domain/ids.js";
import type { Product, Stock } from "../../domain/product.js";
import type { Page } from "./page.js";

/** A product and where its units are. */
export type ProductStanding = { readonly product: Product; readonly stock: Stock };

/** Plain reads of products. Unreachable: `DomainError` `engine-unavailable`. */
export interface ProductQueries {
  standing(productId: ProductId): Promise<ProductStanding | undefined>;
  /** A cursor that this list did not hand out: `undefined`. */
  list(cursor: string | null, limit: number): Promise<Page<ProductStanding> | undefined>;
  /** Those that exist, in any order. */
  byIds(productIds: readonly ProductId[]): Promise<readonly Product[]>;
}
