import type { ProductId } from "./ids.js";
import type { Money } from "./money.js";
import type { OrderItem } from "./order-items.js";

export type Product = {
  readonly productId: ProductId;
  readonly name: string;
  /** Applies to new orders. Placed orders keep their price. */
  readonly unitPrice: Money;
  readonly category: string | null;
};

/** Where a product's units are: `initial + restocked = onHand + reserved + sold` (O1). */
export type Stock = {
  readonly initial: number;
  readonly restocked: number;
  readonly onHand: number;
  readonly reserved: number;
  readonly sold: number;
};

/** The limit of on hand + reserved, so that giving back never exceeds the greatest stock. */
export const greatestStock = 1_000_000_000;

/** Returns whether O1 holds and no count is negative. */
export const isBalanced = ({ initial, restocked, onHand, reserved, sold }: Stock): boolean =>
  initial + restocked === onHand + reserved + sold && Math.min(onHand, reserved, sold) >= 0;

/** How a step changes a product's counts. */
export type StockMove = {
  readonly productId: ProductId;
  readonly onHand: number;
  readonly reserved: number;
  readonly sold: number;
};

/** Returns per basket whether the stock suffices. Baskets are served in order, each completely or not at all. */
export const allocate = (
  baskets: readonly (readonly OrderItem[])[],
  onHand: ReadonlyMap<ProductId, number>,
): readonly boolean[] => {
  const left = new Map(onHand);
  return baskets.map((basket) => {
    const enough = basket.every(({ productId, quantity }) => (left.get(productId) ?? 0) >= quantity);
    if (enough)
      for (const { productId, quantity } of basket) left.set(productId, (left.get(productId) ?? 0) - quantity);
    return enough;
  });
};

/** From where to where each step moves one unit. */
const directions = {
  reserve: { onHand: -1, reserved: 1, sold: 0 },
  "give-back": { onHand: 1, reserved: -1, sold: 0 },
  sell: { onHand: 0, reserved: -1, sold: 1 },
} as const;

/** Returns the moves that reserve, give back or sell all units of the baskets: one per product, in product order. */
export const movesOf = (
  step: keyof typeof directions,
  baskets: readonly (readonly OrderItem[])[],
): readonly StockMove[] => {
  const units = new Map<ProductId, number>();
  for (const { productId, quantity } of baskets.flat()) units.set(productId, (units.get(productId) ?? 0) + quantity);
  const { onHand, reserved, sold } = directions[step];
  return [...units]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([productId, n]) => ({ productId, onHand: n * onHand, reserved: n * reserved, sold: n * sold }));
};
