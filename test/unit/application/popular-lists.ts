import { at, type SalesFixture, sold } from "./sales-fixture.js";

const yesterday = at("2026-11-20T03:00:00Z");
export const longAgo = at("2026-11-01T03:00:00Z");

/** Sales of a, b and c yesterday, and of c, b and d today. */
export const salesOfTwoDays = [
  ...[sold("1", "a", 9, { occurredAt: yesterday }), sold("2", "b", 5, { occurredAt: yesterday })],
  ...[sold("3", "c", 1, { occurredAt: yesterday }), sold("4", "c", 8), sold("5", "b", 3), sold("6", "d", 3)],
];
export const products = ["a", "b", "c", "d"];

/** Lists popular products as `[rank, productId, quantity, movement]`. */
export const listed = async (
  { listPopularProducts }: Pick<SalesFixture, "listPopularProducts">,
  ...query: Parameters<SalesFixture["listPopularProducts"]["execute"]>
) => {
  const { items } = await listPopularProducts.execute(...query);
  return items.map(({ rank, productId, quantity, movement }) => [rank, productId, quantity, movement]);
};

/** The lists that `salesOfTwoDays` results in. */
export const lists = {
  "1d": [
    [1, "c", 8, 2],
    [2, "d", 3, "new"],
    [3, "b", 3, -1],
  ],
  "3d": [
    [1, "c", 9, 2],
    [2, "a", 9, -1],
    [3, "b", 8, -1],
    [4, "d", 3, "new"],
  ],
  all: [
    [1, "c", 9, null],
    [2, "a", 9, null],
    [3, "b", 8, null],
    [4, "d", 3, null],
  ],
} as const;
