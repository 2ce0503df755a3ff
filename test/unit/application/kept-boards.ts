import { expect } from "vitest";
import { plusDays } from "../../../src/domain/business-day.js";
import { keptBoards } from "../../../src/domain/sales-window.js";
import { boardFrom, day, salesIn } from "../../support/sales-data.js";
import { at, type SalesFixture, seoul, shown, sold } from "./sales-fixture.js";

export const today = day("2026-11-21");
export const tomorrow = plusDays(today, 1);
export const products = ["a", "b", "c", "d", "e"];
/** A time before midnight of 2026-11-21 in Seoul. */
export const beforeMidnight = (minutes: number) => at(`${today}T15:00:00Z`) - minutes * 60_000;
export const daysAgo = (days: number) => ({ occurredAt: at(`${plusDays(today, -days)}T03:00:00Z`) });
/** Sales on the first and last days of all windows and on the days next to them. */
export const salesOfAllAges = [0, 1, 2, 3, 6, 7, 29, 30, 31].map((days, n) =>
  sold(`${n}`, products[n % 3] ?? "a", n + 1, daysAgo(days)),
);

/** Lists the boards that are kept at the fixture's time. */
export const keptNow = ({ clock }: SalesFixture) => keptBoards(clock.now(), seoul);

/** Reads the kept boards (`found`) and computes them from the sales (`expected`). */
export const readKeptBoards = async (shop: SalesFixture) => {
  const [kept, sales] = [keptNow(shop), await salesIn(shop.db)];
  const found = await Promise.all(kept.map((on) => shown(shop, on)));
  return { found, expected: kept.map((on) => boardFrom(sales, on)) };
};
export const expectBoardsEqualSales = async (shop: SalesFixture) => {
  const { found, expected } = await readKeptBoards(shop);
  expect(found).toEqual(expected);
};
