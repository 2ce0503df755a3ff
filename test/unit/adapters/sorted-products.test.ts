import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SortedProducts } from "../../../src/adapters/memory/sorted-products.js";
import type { ProductTotal } from "../../../src/application/ports/sales-board.js";
import type { ProductId } from "../../../src/domain/ids.js";

const sorted = (totals: ReadonlyMap<ProductId, number>): readonly ProductTotal[] =>
  [...totals]
    .map(([productId, quantity]) => ({ productId, quantity }))
    .sort((a, b) => b.quantity - a.quantity || (a.productId < b.productId ? 1 : -1));

const applied = (changes: readonly ProductTotal[]) => {
  const products = new SortedProducts();
  const model = new Map<ProductId, number>();
  for (const change of changes) {
    products.set(change);
    if (change.quantity > 0) model.set(change.productId, change.quantity);
    else model.delete(change.productId);
  }
  return { products, expected: sorted(model) };
};

const change = (products: number, maxQuantity: number): fc.Arbitrary<ProductTotal> =>
  fc.record({
    productId: fc.nat(products - 1).map((n) => `p-${n}` as ProductId),
    quantity: fc.nat(maxQuantity),
  });

describe("SortedProducts", () => {
  it("is sorted after any changes", () => {
    fc.assert(
      fc.property(fc.array(change(20, 5), { maxLength: 200 }), (changes) => {
        const { products, expected } = applied(changes);
        expect(products.top(100)).toEqual(expected);
        expect(expected.map(({ productId }) => products.rank(productId))).toEqual(expected.map((_, n) => n + 1));
      }),
    );
  });

  it("is sorted across many blocks while products are added, raised and removed", () => {
    const [changes] = fc.sample(fc.array(change(6000, 40), { minLength: 20_000, maxLength: 20_000 }), {
      numRuns: 1,
      seed: 6,
    });
    const { products, expected } = applied(changes ?? []);
    expect(expected.length).toBeGreaterThan(4000);
    expect(products.top(10_000)).toEqual(expected);
    expect(products.top(1500)).toEqual(expected.slice(0, 1500));
    expect(expected.map(({ productId }) => products.rank(productId))).toEqual(expected.map((_, n) => n + 1));
    for (const { productId } of expected) products.set({ productId, quantity: 0 });
    expect(products.top(10)).toEqual([]);
  });
});
