import { expect } from "vitest";
import type { Fence } from "../../../src/application/sales/close-day-page.js";
import { plusDays } from "../../../src/domain/business-day.js";
import { boardOf } from "../../../src/domain/sales-window.js";
import { money, productId } from "../../support/order-data.js";
import { day, daySumsIn, daySumsOf, salesIn } from "../../support/sales-data.js";
import { at, openSalesFixture, type SalesFixture, sold } from "./sales-fixture.js";

export const today = day("2026-11-21");
export const yesterday = plusDays(today, -1);
export const noFence: Fence = async () => {};
/** A fence that throws in the second page, as a crash between two pages does. */
export const crashInSecondPage = (): Fence => {
  let pages = 0;
  return async () => {
    pages += 1;
    if (pages === 2) throw new Error("killed");
  };
};
export const daysAgo = (days: number) => ({ occurredAt: at(`${plusDays(today, -days)}T03:00:00Z`) });
const products = ["a", "b", "c", "d"];

/** Overwrites a row of daily totals. */
export const corruptRow = (shop: SalesFixture, on: string, id: string, quantity: number, revenue: number) =>
  shop.db.knex("product_sales_daily").where({ business_day: on, product_id: id }).update({ quantity, revenue });
/** Overwrites a score of yesterday's board. */
export const corruptScore = (shop: SalesFixture, id: string, seen: number, quantity: number) =>
  shop.under.board.lower(boardOf("1d", yesterday), [{ productId: productId(id), seen, quantity }]);

/** Opens a fixture in which four products were sold yesterday and all boards are ready. */
export const openYesterday = async (options: Parameters<typeof openSalesFixture>[0] = {}) => {
  const shop = await openSalesFixture({ products, ...options });
  await shop.fillBoards.execute();
  await shop.sell(...products.map((id, n) => sold(id, id, n + 1, { ...daysAgo(1), unitPrice: money(100 * n) })));
  return shop;
};
export const expectRowsEqualSales = async ({ db }: SalesFixture) =>
  expect(await daySumsIn(db)).toEqual(daySumsOf(await salesIn(db)));
