import { DomainError } from "../../../src/domain/problem.js";
import { at, type SalesShop, sold } from "./sales-shop.js";

export const away = async (): Promise<never> => {
  throw new DomainError({ code: "engine-unavailable", engine: "redis" });
};
const yesterday = at("2026-11-20T03:00:00Z");
export const longAgo = at("2026-11-01T03:00:00Z");

/** Yesterday a, b, c; today c, b, d. */
export const twoDays = [
  ...[sold("1", "a", 9, { occurredAt: yesterday }), sold("2", "b", 5, { occurredAt: yesterday })],
  ...[sold("3", "c", 1, { occurredAt: yesterday }), sold("4", "c", 8), sold("5", "b", 3), sold("6", "d", 3)],
];
export const products = ["a", "b", "c", "d"];
export const listed = async (
  { house }: Pick<SalesShop, "house">,
  ...asked: Parameters<SalesShop["house"]["listPopularProducts"]["execute"]>
) =>
  (await house.listPopularProducts.execute(...asked)).items.map(({ rank, productId, quantity, movement }) => [
    rank,
    productId,
    quantity,
    movement,
  ]);

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
