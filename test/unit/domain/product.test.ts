import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ProductId } from "../../../src/domain/ids.js";
import { mergeItems } from "../../../src/domain/order-items.js";
import { allocate, isBalanced, movesOf, type Stock, type StockMove } from "../../../src/domain/product.js";

const productId = fc.constantFrom("a", "b", "c", "d").map((id) => id as ProductId);
const basket = fc
  .array(fc.record({ productId, quantity: fc.integer({ min: 1, max: 9 }) }), { minLength: 1, maxLength: 4 })
  .map(mergeItems);
const baskets = fc.array(basket, { maxLength: 12 });
const onHandCounts = fc
  .array(fc.tuple(productId, fc.nat(20)), { maxLength: 4 })
  .map((entries) => new Map<ProductId, number>(entries));
type Baskets = readonly ReturnType<typeof mergeItems>[];

const unitsOf = (chosen: Baskets, id: ProductId): number =>
  chosen
    .flat()
    .filter((line) => line.productId === id)
    .reduce((sum, { quantity }) => sum + quantity, 0);

describe("allocating stock", () => {
  it("serves baskets in order, completely or not at all", () => {
    const id = "a" as ProductId;
    const of = (quantity: number) => [{ productId: id, quantity }];
    expect(allocate([of(3), of(3), of(2)], new Map([[id, 5]]))).toEqual([true, false, true]);
    expect(allocate([[...of(1), { productId: "none" as ProductId, quantity: 1 }], of(5)], new Map([[id, 5]]))).toEqual([
      false,
      true,
    ]);
  });

  it("never allocates more than is on hand, and rejects only baskets that do not fit", () => {
    fc.assert(
      fc.property(baskets, onHandCounts, (all, onHand) => {
        const enough = allocate(all, onHand);
        const before = new Map(onHand);
        expect(enough).toHaveLength(all.length);
        for (const [id, units] of onHand)
          expect(
            unitsOf(
              all.filter((_, n) => enough[n]),
              id,
            ),
          ).toBeLessThanOrEqual(units);
        all.forEach((lines, n) => {
          const served = all.slice(0, n).filter((_, earlier) => enough[earlier]);
          const fits = lines.every(
            (line) => (onHand.get(line.productId) ?? 0) - unitsOf(served, line.productId) >= line.quantity,
          );
          expect(enough[n]).toBe(fits);
        });
        expect(onHand).toEqual(before);
      }),
    );
  });
});

const sum = ({ onHand, reserved, sold }: StockMove): number => onHand + reserved + sold;

describe("stock moves", () => {
  // Proves: O1
  it("keep the number of units, one move per product, in product order", () => {
    fc.assert(
      fc.property(baskets, fc.constantFrom("reserve", "give-back", "sell"), (all, step) => {
        const moves = movesOf(step as "reserve" | "give-back" | "sell", all);
        expect(moves.map((move) => move.productId)).toEqual([...new Set(moves.map((m) => m.productId))].sort());
        for (const move of moves) {
          expect(sum(move)).toBe(0);
          expect(Math.max(move.onHand, move.reserved, move.sold)).toBe(unitsOf(all, move.productId));
        }
      }),
    );
  });

  it("of reserving and giving back cancel each other out, of selling turn reserved into sold", () => {
    fc.assert(
      fc.property(baskets, (all) => {
        const [reserved, back, sold] = [movesOf("reserve", all), movesOf("give-back", all), movesOf("sell", all)];
        reserved.forEach((move, n) => {
          expect(move.onHand + (back[n]?.onHand ?? 0)).toBe(0);
          expect(move.reserved + (back[n]?.reserved ?? 0)).toBe(0);
          expect(move.reserved + (sold[n]?.reserved ?? 0)).toBe(0);
          expect(sold[n]).toMatchObject({ onHand: 0, sold: move.reserved });
        });
      }),
    );
  });

  it("are none for no baskets", () => {
    expect(movesOf("give-back", [])).toEqual([]);
  });
});

describe("a stock", () => {
  const stock: Stock = { initial: 10, restocked: 2, onHand: 5, reserved: 3, sold: 4 };

  it("is balanced only if every unit is counted once and no count is negative", () => {
    expect(isBalanced(stock)).toBe(true);
    expect(isBalanced({ ...stock, sold: 3 })).toBe(false);
    expect(isBalanced({ ...stock, onHand: -1, reserved: 9 })).toBe(false);
    expect(isBalanced({ ...stock, reserved: -1, sold: 8 })).toBe(false);
  });
});
