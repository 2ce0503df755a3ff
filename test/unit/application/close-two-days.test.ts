import { describe, expect, it } from "vitest";
import type { CloseDay } from "../../../src/application/sales/close-day.js";
import type { ReportedSale } from "../../../src/application/sales/record-sale.js";
import { keptBoards } from "../../../src/domain/sales-window.js";
import { allSalesRows } from "../../simulation/sales-promises.js";
import { openSqlBackends } from "../../support/backends.js";
import { operator } from "../../support/operator.js";
import { money, productId } from "../../support/order-data.js";
import { boardFrom, day, daySumsIn, daySumsOf, salesIn } from "../../support/sales-data.js";
import { keptNow } from "./kept-boards.js";
import { at, openSalesFixture, type SalesFixture, seoul, shown, sold } from "./sales-fixture.js";
import { crashInSecondPage, noFence } from "./yesterdays-sales.js";

const first = day("2026-11-21");
const second = day("2026-11-22");
const products = Array.from({ length: 1500 }, (_, n) => `p${String(n).padStart(4, "0")}`);

/** One sale per product, with different prices and quantities. */
const sales = (name: string, time: string): readonly ReportedSale[] =>
  products.map((id, n) => sold(`${name}-${n}`, id, (n % 7) + 1, { unitPrice: money(100 + n), occurredAt: at(time) }));

const recordAll = async ({ record }: SalesFixture, all: readonly ReportedSale[]) => {
  for (let from = 0; from < all.length; from += 100) await record(...all.slice(from, from + 100));
};
const deliverAll = async ({ bookSales, takeEvents }: SalesFixture) => {
  const events = await takeEvents();
  for (let from = 0; from < events.length; from += 500) await bookSales.execute(events.slice(from, from + 500));
  return events;
};
const raisePrices = ({ transact }: SalesFixture) =>
  transact(async (tx) => {
    for (const id of products.slice(0, 300)) await tx.products.change(productId(id), { unitPrice: money(999_999) });
  });
const expectRowsOfDayEqualSales = async (shop: SalesFixture, on: string) => {
  const of = (sums: Readonly<Record<string, unknown>>) => Object.entries(sums).filter(([key]) => key.startsWith(on));
  expect(of(await daySumsIn(shop.db))).toEqual(of(daySumsOf(await salesIn(shop.db))));
};
/** Runs the close on two nodes at the same time, with two connection pools if the database has more than one. */
const closeOnTwoNodes = (shop: SalesFixture, close: (day: CloseDay) => Promise<unknown>) => {
  const nodes = [shop.openNode("a"), shop.openNode("b", shop.again?.() ?? shop.db)];
  return Promise.all(nodes.map(({ closeDay }) => close(closeDay)));
};

// A SQLite file is always used by one process, so it proves nothing beyond SQLite in memory.
for (const { name, live } of openSqlBackends().filter(({ name }) => name !== "sqlite file"))
  describe.skipIf(!live)(`two days of 1,500 products on ${name}`, () => {
    // Proves: D1, D2
    it("are closed to the unit after losses, corruption, a crash and concurrent closes", async () => {
      const shop = await openSalesFixture({ backend: name, products, pageSize: 1000, now: at("2026-11-21T03:00:00Z") });
      await shop.fillBoards.execute();
      await recordAll(shop, sales("noon", "2026-11-21T03:00:00Z"));
      const events = await deliverAll(shop);
      await raisePrices(shop);
      for (let time = 0; time < 5; time += 1) await shop.bookSales.execute(events.slice(7, 8));

      // 22:00 in Seoul: Redis is flushed. Sales continue before and after the boards are filled.
      shop.clock.at = at("2026-11-21T13:00:00Z");
      for (const on of keptNow(shop)) await shop.under.lose(on);
      await recordAll(shop, sales("ten", "2026-11-21T13:00:00Z").slice(0, 300));
      await deliverAll(shop);
      expect(await shop.fillBoards.execute()).toBe(9);
      shop.clock.at = at("2026-11-21T14:00:00Z");
      await recordAll(shop, sales("eleven", "2026-11-21T14:00:00Z").slice(200, 500));
      await deliverAll(shop);

      // Sales of the first day are reported after midnight. Their events are delivered only after the close.
      shop.clock.at = at("2026-11-21T15:00:00Z");
      await recordAll(shop, sales("late", "2026-11-21T14:59:59.999Z").slice(0, 200));
      await recordAll(shop, sales("next", "2026-11-21T15:00:00Z"));
      const undelivered = await shop.takeEvents();
      const rows = () => shop.db.knex("product_sales_daily").where("business_day", first);
      await rows().where("product_id", "p0003").delete();
      await rows().where("product_id", "p1400").update({ quantity: 50 });

      await expect(shop.closeDay.closeDueDays(crashInSecondPage())).rejects.toThrow("killed");
      expect(await shop.db.knex("closed_days")).toEqual([]);
      await closeOnTwoNodes(shop, (closeDay) => closeDay.closeDueDays(noFence));
      await expectRowsOfDayEqualSales(shop, first);
      expect(await shop.db.knex("closed_days").pluck("business_day")).toEqual([first]);
      const drifted: string[] = await shop.db.knex("day_drifts").pluck("product_id");
      expect(drifted).toEqual(expect.arrayContaining(["p0003", "p1400"]));

      // The next day brings the undelivered events and one more late sale of the first day.
      for (let from = 0; from < undelivered.length; from += 500)
        await shop.bookSales.execute(undelivered.slice(from, from + 500));
      await shop.sell(
        sold("very-late", "p0007", 1000, { unitPrice: money(5), occurredAt: at("2026-11-21T14:00:00Z") }),
      );
      shop.clock.at = at("2026-11-22T15:00:00Z");
      await closeOnTwoNodes(shop, (closeDay) => closeDay.closeDueDays(noFence));
      for (const on of [first, second]) await expectRowsOfDayEqualSales(shop, on);

      const before = await allSalesRows(shop.db);
      await closeOnTwoNodes(shop, async (closeDay) => {
        await closeDay.execute(first, operator);
        await closeDay.execute(second, operator);
        await closeDay.closeDueDays(noFence);
      });
      expect(await allSalesRows(shop.db)).toBe(before);
      await shop.fillBoards.execute();
      const all = await salesIn(shop.db);
      for (const on of keptBoards(shop.clock.now(), seoul))
        expect(await shown(shop, on)).toEqual(boardFrom(all, on).slice(0, 100));
    });
  });
