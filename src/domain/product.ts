import type { ProductId } from "./ids.js";
import type { Money } from "./money.js";

export type Product = {
  readonly productId: ProductId;
  readonly name: string;
  /** Of the next order; orders that are placed keep theirs. */
  readonly unitPrice: Money;
  readonly category: string | null;
};

/** Where every unit ever brought in is: `initial + restocked = onHand + reserved + sold` (O1). */
export type Stock = {
  readonly initial: number;
  readonly restocked: number;
  readonly onHand: number;
  readonly reserved: number;
  readonly sold: number;
};

/** The greatest stock that a product may have, on hand and reserved together, so that giving back never overflows. */
export const greatestStock = 1_000_000_000;

/** Whether O1 holds, and nothing is negative. */
export const isBalanced = ({ initial, restocked, onHand, reserved, sold }: Stock): boolean =>
  initial + restocked === onHand + reserved + sold && Math.min(onHand, reserved, sold) >= 0;

/** Units of a product that a step moves between where they may be. */
export type StockMove = {
  readonly productId: ProductId;
  readonly onHand: number;
  readonly reserved: number;
  readonly sold: number;
};

type Wanted = { readonly productId: ProductId; readonly quantity: number };

/** Which of the baskets the stock suffices for, in order, each all or nothing. */
export const allocate = (
  baskets: readonly (readonly Wanted[])[],
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

/** Where a step takes units from, and where it puts them. */
const directions = {
  reserve: { onHand: -1, reserved: 1, sold: 0 },
  "give-back": { onHand: 1, reserved: -1, sold: 0 },
  sell: { onHand: 0, reserved: -1, sold: 1 },
} as const;

/** What moves when all of the baskets' units are reserved, given back or sold: one move a product, by product id. */
export const movesOf = (
  step: keyof typeof directions,
  baskets: readonly (readonly Wanted[])[],
): readonly StockMove[] => {
  const units = new Map<ProductId, number>();
  for (const { productId, quantity } of baskets.flat()) units.set(productId, (units.get(productId) ?? 0) + quantity);
  const { onHand, reserved, sold } = directions[step];
  return [...units]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([productId, n]) => ({ productId, onHand: n * onHand, reserved: n * reserved, sold: n * sold }));
};
