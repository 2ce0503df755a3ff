import { describe, expect, it } from "vitest";
import { plusDays } from "../../../src/domain/business-day.js";
import { boardOf } from "../../../src/domain/sales-window.js";
import { daySumsIn, daySumsOf, ledgerIn } from "../../support/sales-ledger.js";
import { aged, expectRight, gone, products, today } from "./sales-on-boards.js";
import { but, openSalesShop, shown, sold } from "./sales-shop.js";

describe("booking sales", () => {
  it("raises every kept board that holds their days, late ones too", async () => {
    const shop = await openSalesShop({ products });
    await shop.house.fillBoards.execute();
    for (const sale of aged) await shop.sell(sale);
    await expectRight(shop);
    expect(await shown(shop, boardOf("3d", plusDays(today, 1)))).toEqual([
      ["b", 2],
      ["a", 1],
    ]);
    expect(shop.announced).toEqual(aged.map(() => "products"));
  });

  it("changes nothing when the same is told again, in any order", async () => {
    const shop = await openSalesShop({ products });
    await shop.house.fillBoards.execute();
    await shop.record(...aged);
    const events = await shop.takeEvents();
    for (const event of events.toReversed()) await shop.react.execute([event]);
    for (let time = 0; time < 3; time += 1) await shop.react.execute([...events, ...events]);
    await expectRight(shop);
    expect(await daySumsIn(shop.db)).toEqual(daySumsOf(await ledgerIn(shop.db)));
  });

  it("raises boards for what was booked before, whose raise may have failed", async () => {
    let isAway = false;
    const shop = await openSalesShop({
      products,
      board: (right) => but(right, { raise: (...asked) => (isAway ? gone("redis")() : right.raise(...asked)) }),
    });
    await shop.house.fillBoards.execute();
    await shop.record(...aged);
    isAway = true;
    expect(await shop.house.bookSales.bookUnbooked()).toBe(aged.length);
    isAway = false;
    expect(await shown(shop, boardOf("1d", today))).toEqual([]);
    await shop.react.execute(await shop.takeEvents());
    await expectRight(shop);
  });

  // Proves: P3
  it("goes on while Redis is away, and the slices bring the boards what they missed", async () => {
    let isAway = false;
    const shop = await openSalesShop({
      products,
      pageSize: 2,
      board: (right) => but(right, { raise: (...asked) => (isAway ? gone("redis")() : right.raise(...asked)) }),
    });
    await shop.house.fillBoards.execute();
    isAway = true;
    await shop.sell(...aged);
    expect(await daySumsIn(shop.db)).toEqual(daySumsOf(await ledgerIn(shop.db)));
    isAway = false;
    expect(await shown(shop, boardOf("all", today))).toEqual([]);
    expect(await shop.house.compareBoards.next()).toBeGreaterThan(0);
    expect(await shop.house.compareBoards.next()).toBeGreaterThan(0);
    await expectRight(shop);
    for (let slice = 0; slice < 4; slice += 1) expect(await shop.house.compareBoards.next()).toBe(0);
  });

  it("is told again where the database was away when totals were read", async () => {
    let isAway = false;
    const shop = await openSalesShop({
      products,
      sales: (right) => but(right, { totals: (...asked) => (isAway ? gone("database")() : right.totals(...asked)) }),
    });
    await shop.house.fillBoards.execute();
    await shop.record(...aged);
    const events = await shop.takeEvents();
    isAway = true;
    const problem = { code: "engine-unavailable", engine: "database" };
    await expect(shop.react.execute(events)).rejects.toMatchObject({ problem });
    isAway = false;
    await shop.react.execute(events);
    await expectRight(shop);
  });

  it("books the rest, though another node books half of it meanwhile", async () => {
    const shop = await openSalesShop({
      products,
      sales: (right) =>
        but(right, {
          unbooked: async (limit) => {
            const ids = await right.unbooked(limit);
            // The other node is faster with each whole slice.
            if (ids.length === limit)
              await shop.transact(async (tx) => tx.sales.book(await tx.sales.lockUnbooked(ids)));
            return ids;
          },
        }),
    });
    const many = Array.from({ length: 1200 }, (_, n) => sold(`n${n}`, products[n % 5] ?? "a", 1));
    for (let from = 0; from < 1200; from += 100) await shop.record(...many.slice(from, from + 100));
    expect(await shop.house.bookSales.bookUnbooked()).toBe(200);
    expect(await daySumsIn(shop.db)).toEqual(daySumsOf(await ledgerIn(shop.db)));
  });
});
