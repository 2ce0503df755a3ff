import { describe, expect, it } from "vitest";
import type { CloseDay } from "../../../src/application/sales/close-day.js";
import type { Fence } from "../../../src/application/sales/close-day-page.js";
import type { ReportedSale } from "../../../src/application/sales/record-sale.js";
import { keptBoards } from "../../../src/domain/sales-window.js";
import { everythingOf } from "../../simulation/sales-promises.js";
import { openSqlBackends } from "../../support/backends.js";
import { money, productId } from "../../support/order.js";
import { boardFrom, day, daySumsIn, daySumsOf, ledgerIn } from "../../support/sales-ledger.js";
import { at, openSalesShop, type SalesShop, shown, sold } from "./sales-shop.js";

const first = day("2026-11-21");
const second = day("2026-11-22");
const products = Array.from({ length: 1500 }, (_, n) => `p${String(n).padStart(4, "0")}`);
const unfenced: Fence = async () => {};
/** Dies in its second page. */
const dying = (): Fence => {
  let pages = 0;
  return async () => {
    pages += 1;
    if (pages === 2) throw new Error("killed");
  };
};

/** Each product once, at a price and in a quantity of its own. */
const sales = (name: string, time: string): readonly ReportedSale[] =>
  products.map((id, n) => sold(`${name}-${n}`, id, (n % 7) + 1, { unitPrice: money(100 + n), occurredAt: at(time) }));

const recordAll = async ({ record }: SalesShop, all: readonly ReportedSale[]) => {
  for (let from = 0; from < all.length; from += 100) await record(...all.slice(from, from + 100));
};
const deliverAll = async ({ react, takeEvents }: SalesShop) => {
  const events = await takeEvents();
  for (let from = 0; from < events.length; from += 500) await react.execute(events.slice(from, from + 500));
  return events;
};
const raisePrices = ({ transact }: SalesShop) =>
  transact(async (tx) => {
    for (const id of products.slice(0, 300)) await tx.products.change(productId(id), { unitPrice: money(999_999) });
  });
const expectDay = async (shop: SalesShop, on: string) => {
  const of = (sums: Readonly<Record<string, unknown>>) => Object.entries(sums).filter(([key]) => key.startsWith(on));
  expect(of(await daySumsIn(shop.db))).toEqual(of(daySumsOf(await ledgerIn(shop.db))));
};
/** Two nodes close at once, each on a pool of its own where there can be two. */
const closeOnTwo = (shop: SalesShop, close: (day: CloseDay) => Promise<unknown>) => {
  const nodes = [shop.openNode("a"), shop.openNode("b", shop.again?.() ?? shop.db)];
  return Promise.all(nodes.map(({ closeDay }) => close(closeDay)));
};

// Of SQLite there is only ever one process, so a file has nothing to add.
for (const { name, live } of openSqlBackends().filter(({ name }) => name !== "sqlite file"))
  describe.skipIf(!live)(`two days of 1,500 products, on ${name}`, () => {
    // Proves: D2
    it("are written down to the unit, whatever broke", async () => {
      const shop = await openSalesShop({ backend: name, products, pageSize: 1000, now: at("2026-11-21T03:00:00Z") });
      await shop.house.fillBoards.execute();
      await recordAll(shop, sales("noon", "2026-11-21T03:00:00Z"));
      const events = await deliverAll(shop);
      await raisePrices(shop);
      for (let time = 0; time < 5; time += 1) await shop.react.execute(events.slice(7, 8));

      // 22:00 in Seoul: Redis is flushed, and sales go on, before the boards are filled and after.
      shop.clock.at = at("2026-11-21T13:00:00Z");
      for (const on of keptBoards(first)) await shop.under.lose(on);
      await recordAll(shop, sales("ten", "2026-11-21T13:00:00Z").slice(0, 300));
      await deliverAll(shop);
      expect(await shop.house.fillBoards.execute()).toBe(13);
      shop.clock.at = at("2026-11-21T14:00:00Z");
      await recordAll(shop, sales("eleven", "2026-11-21T14:00:00Z").slice(200, 500));
      await deliverAll(shop);

      // Some are told after midnight only, and those of the last millisecond not at all before the night.
      shop.clock.at = at("2026-11-21T15:00:00Z");
      await recordAll(shop, sales("late", "2026-11-21T14:59:59.999Z").slice(0, 200));
      await recordAll(shop, sales("next", "2026-11-21T15:00:00Z"));
      const untold = await shop.takeEvents();
      await shop.db.knex("product_sales_daily").where({ business_day: first, product_id: "p0003" }).delete();
      await shop.db
        .knex("product_sales_daily")
        .where({ business_day: first, product_id: "p1400" })
        .update({ quantity: 50 });

      await expect(shop.house.closeDay.closeDueDays(dying())).rejects.toThrow("killed");
      expect(await shop.db.knex("closed_days")).toEqual([]);
      await closeOnTwo(shop, (closeDay) => closeDay.closeDueDays(unfenced));
      await expectDay(shop, first);
      expect(await shop.db.knex("closed_days").pluck("business_day")).toEqual([first]);
      const drifted: string[] = await shop.db.knex("day_drifts").pluck("product_id");
      expect(drifted).toEqual(expect.arrayContaining(["p0003", "p1400"]));

      // The next day goes on, with what the bus still brings of the first, and one more that is late.
      for (let from = 0; from < untold.length; from += 500) await shop.react.execute(untold.slice(from, from + 500));
      await shop.sell(
        sold("very-late", "p0007", 1000, { unitPrice: money(5), occurredAt: at("2026-11-21T14:00:00Z") }),
      );
      shop.clock.at = at("2026-11-22T15:00:00Z");
      await closeOnTwo(shop, (closeDay) => closeDay.closeDueDays(unfenced));
      for (const on of [first, second]) await expectDay(shop, on);

      const before = await everythingOf(shop.db);
      await closeOnTwo(shop, async (closeDay) => {
        await closeDay.execute(first);
        await closeDay.execute(second);
        await closeDay.closeDueDays(unfenced);
      });
      expect(await everythingOf(shop.db)).toBe(before);
      await shop.house.fillBoards.execute();
      const ledger = await ledgerIn(shop.db);
      for (const on of keptBoards(day("2026-11-23")))
        expect(await shown(shop, on)).toEqual(boardFrom(ledger, on).slice(0, 100));
    });
  });
