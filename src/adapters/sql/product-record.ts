import type { ProductId } from "../../domain/ids.js";
import type { Money } from "../../domain/money.js";
import type { Product, Stock } from "../../domain/product.js";
import type { EpochMs } from "../../domain/time.js";

/** A row of `products`. */
export type ProductRecord = {
  readonly product_id: ProductId;
  readonly name: string;
  readonly unit_price: Money;
  readonly category: string | null;
  readonly initial_stock: number;
  readonly restocked: number;
  readonly on_hand: number;
  readonly reserved: number;
  readonly sold: number;
  readonly first_name: string;
  readonly first_price: Money;
  readonly created_at: EpochMs;
};

export const productOf = (row: ProductRecord): Product => ({
  productId: row.product_id,
  name: row.name,
  unitPrice: row.unit_price,
  category: row.category,
});

export const stockOf = (row: ProductRecord): Stock => ({
  initial: row.initial_stock,
  restocked: row.restocked,
  onHand: row.on_hand,
  reserved: row.reserved,
  sold: row.sold,
});
