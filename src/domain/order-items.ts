import type { Discount } from "./coupon.js";
import type { ProductId } from "./ids.js";
import type { Money } from "./money.js";

export type OrderItem = { readonly productId: ProductId; readonly quantity: number };
/** An item with the unit price at the time of placing. */
export type OrderLine = OrderItem & { readonly unitPrice: Money };

/** Merges the items of each product, and sorts them by product id: the order in which rows are locked. */
export const mergeItems = (items: readonly OrderItem[]): readonly OrderItem[] => {
  const merged = new Map<ProductId, number>();
  for (const { productId, quantity } of items) merged.set(productId, (merged.get(productId) ?? 0) + quantity);
  return [...merged].sort(([a], [b]) => (a < b ? -1 : 1)).map(([productId, quantity]) => ({ productId, quantity }));
};

/** Returns the discount of a coupon: a fixed value, at most the subtotal, or a percentage, rounded down. */
export const discountOn = (subtotal: Money, discount: Discount): Money =>
  (discount.type === "fixed"
    ? Math.min(discount.value, subtotal)
    : Math.floor((subtotal * discount.value) / 100)) as Money;
