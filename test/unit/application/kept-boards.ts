import { expect } from "vitest";
import { plusDays } from "../../../src/domain/business-day.js";
import { type Backend, DomainError } from "../../../src/domain/problem.js";
import { keptBoards } from "../../../src/domain/sales-window.js";
import { boardFrom, day, ledgerIn } from "../../support/sales-ledger.js";
import { at, type SalesShop, shown, sold } from "./sales-shop.js";

export const today = day("2026-11-21");
export const products = ["a", "b", "c", "d", "e"];
export const gone = (engine: Backend) => async (): Promise<never> => {
  throw new DomainError({ code: "engine-unavailable", engine });
};
export const daysAgo = (days: number) => ({ occurredAt: at(`${plusDays(today, -days)}T03:00:00Z`) });
/** Sales of every age that some board begins or ends with. */
export const aged = [0, 1, 2, 3, 6, 7, 29, 30, 31].map((days, n) =>
  sold(`${n}`, products[n % 3] ?? "a", n + 1, daysAgo(days)),
);

/** Every kept board, as it is and as the ledger has it. */
export const boards = async (shop: SalesShop) => {
  const ledger = await ledgerIn(shop.db);
  const kept = keptBoards(today);
  return { found: await Promise.all(kept.map((on) => shown(shop, on))), due: kept.map((on) => boardFrom(ledger, on)) };
};
export const expectRight = async (shop: SalesShop) => {
  const { found, due } = await boards(shop);
  expect(found).toEqual(due);
};
