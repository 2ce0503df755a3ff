import { expect } from "vitest";
import type { Fence } from "../../../src/application/sales/close-day-page.js";
import { plusDays } from "../../../src/domain/business-day.js";
import { boardOf } from "../../../src/domain/sales-window.js";
import { money, productId } from "../../support/order.js";
import { day, daySumsIn, daySumsOf, ledgerIn } from "../../support/sales-ledger.js";
import { at, openSalesShop, type SalesShop, sold } from "./sales-shop.js";

export const today = day("2026-11-21");
export const yesterday = plusDays(today, -1);
export const unfenced: Fence = async () => {};
export const daysAgo = (days: number) => ({ occurredAt: at(`${plusDays(today, -days)}T03:00:00Z`) });
const products = ["a", "b", "c", "d"];

/** Writes over a day's row, behind the service's back. */
export const corrupt = (shop: SalesShop, on: string, id: string, quantity: number, revenue: number) =>
  shop.db.knex("product_sales_daily").where({ business_day: on, product_id: id }).update({ quantity, revenue });
/** The same with a score of yesterday's board. */
export const setOnBoard = (shop: SalesShop, id: string, seen: number, quantity: number) =>
  shop.under.board.lower(boardOf("1d", yesterday), [{ productId: productId(id), seen, quantity }]);

/** Yesterday four products were sold, on a board that is ready. */
export const openYesterday = async (options: Parameters<typeof openSalesShop>[0] = {}) => {
  const shop = await openSalesShop({ products, ...options });
  await shop.house.fillBoards.execute();
  await shop.sell(...products.map((id, n) => sold(id, id, n + 1, { ...daysAgo(1), unitPrice: money(100 * n) })));
  return shop;
};
export const expectLedger = async ({ db }: SalesShop) =>
  expect(await daySumsIn(db)).toEqual(daySumsOf(await ledgerIn(db)));
