import { describe, expect, it } from "vitest";
import { boardOf } from "../../../src/domain/sales-window.js";
import { replaceMethods } from "../../support/replace-methods.js";
import { daySumsIn, daySumsOf, salesIn } from "../../support/sales-data.js";
import { expectBoardsEqualSales, products, salesOfAllAges, today } from "./kept-boards.js";
import { openSalesFixture, shown, sold, unavailable } from "./sales-fixture.js";

/** A fixture whose boards reject raises while `isUnavailable` is true. */
const openWithFailingRaises = async (pageSize = 2000) => {
  const redis = { isUnavailable: false };
  const shop = await openSalesFixture({
    products,
    pageSize,
    board: (correct) =>
      replaceMethods(correct, {
        raise: (...call) => (redis.isUnavailable ? unavailable("redis")() : correct.raise(...call)),
      }),
  });
  await shop.fillBoards.execute();
  return { shop, redis };
};

describe("BookSales", () => {
  it("raises every kept board that contains the day of a sale, also of a late one", async () => {
    const shop = await openSalesFixture({ products });
    await shop.fillBoards.execute();
    for (const sale of salesOfAllAges) await shop.sell(sale);
    await expectBoardsEqualSales(shop);
    expect(shop.announced).toEqual(salesOfAllAges.map(() => "products"));
  });

  // Proves: S2
  it("changes nothing when events are repeated in any order", async () => {
    const shop = await openSalesFixture({ products });
    await shop.fillBoards.execute();
    await shop.record(...salesOfAllAges);
    const events = await shop.takeEvents();
    for (const event of events.toReversed()) await shop.bookSales.execute([event]);
    for (let time = 0; time < 3; time += 1) await shop.bookSales.execute([...events, ...events]);
    await expectBoardsEqualSales(shop);
    expect(await daySumsIn(shop.db)).toEqual(daySumsOf(await salesIn(shop.db)));
  });

  it("raises boards for sales that were booked before, because their raise may have failed", async () => {
    const { shop, redis } = await openWithFailingRaises();
    await shop.record(...salesOfAllAges);
    redis.isUnavailable = true;
    expect(await shop.bookSales.bookUnbooked()).toEqual({ booked: salesOfAllAges.length, failed: [] });
    redis.isUnavailable = false;
    expect(await shown(shop, boardOf("1d", today))).toEqual([]);
    await shop.bookSales.execute(await shop.takeEvents());
    await expectBoardsEqualSales(shop);
  });

  // Proves: P3, S2
  it("books while Redis is unavailable, and comparisons repair the boards", async () => {
    const { shop, redis } = await openWithFailingRaises(2);
    redis.isUnavailable = true;
    await shop.sell(...salesOfAllAges);
    expect(await daySumsIn(shop.db)).toEqual(daySumsOf(await salesIn(shop.db)));
    redis.isUnavailable = false;
    expect(await shown(shop, boardOf("all", today))).toEqual([]);
    for (let page = 0; page < 2; page += 1) expect(await shop.compareBoards.next()).toBeGreaterThan(0);
    await expectBoardsEqualSales(shop);
    for (let page = 0; page < 4; page += 1) expect(await shop.compareBoards.next()).toBe(0);
  });

  it("fails if the database is unavailable when totals are read, and succeeds on redelivery", async () => {
    let isUnavailable = false;
    const shop = await openSalesFixture({
      products,
      sales: (correct) =>
        replaceMethods(correct, {
          totals: (...call) => (isUnavailable ? unavailable("database")() : correct.totals(...call)),
        }),
    });
    await shop.fillBoards.execute();
    await shop.record(...salesOfAllAges);
    const events = await shop.takeEvents();
    isUnavailable = true;
    const problem = { code: "engine-unavailable", engine: "database" };
    await expect(shop.bookSales.execute(events)).rejects.toMatchObject({ problem });
    isUnavailable = false;
    await shop.bookSales.execute(events);
    await expectBoardsEqualSales(shop);
  });

  it("books all unbooked sales while another node books half of them", async () => {
    const shop = await openSalesFixture({
      products,
      sales: (correct) =>
        replaceMethods(correct, {
          unbooked: async (limit) => {
            const ids = await correct.unbooked(limit);
            // The other node books each full batch first.
            if (ids.length === limit)
              await shop.transact(async (tx) => tx.sales.book(await tx.sales.lockUnbooked(ids)));
            return ids;
          },
        }),
    });
    const many = Array.from({ length: 1200 }, (_, n) => sold(`n${n}`, products[n % 5] ?? "a", 1));
    for (let from = 0; from < 1200; from += 100) await shop.record(...many.slice(from, from + 100));
    expect(await shop.bookSales.bookUnbooked()).toEqual({ booked: 200, failed: [] });
    expect(await daySumsIn(shop.db)).toEqual(daySumsOf(await salesIn(shop.db)));
  });
});
