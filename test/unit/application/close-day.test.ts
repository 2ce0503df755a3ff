import { describe, expect, it } from "vitest";
import { plusDays } from "../../../src/domain/business-day.js";
import { boardOf } from "../../../src/domain/sales-window.js";
import { allSalesRows } from "../../simulation/sales-promises.js";
import { operator } from "../../support/operator.js";
import { money } from "../../support/order-data.js";
import { replaceMethods } from "../../support/replace-methods.js";
import { at, shown, sold, unavailable } from "./sales-fixture.js";
import {
  corruptRow,
  corruptScore,
  crashInSecondPage,
  daysAgo,
  expectRowsEqualSales,
  noFence,
  openYesterday,
  today,
  yesterday,
} from "./yesterdays-sales.js";

describe("CloseDay", () => {
  it("rejects a day that is not over", async () => {
    const shop = await openYesterday();
    for (const open of [today, plusDays(today, 1)]) {
      const problem = { code: "day-not-closed", businessDay: open };
      await expect(shop.closeDay.execute(open, operator)).rejects.toMatchObject({ problem });
    }
    shop.clock.at = at("2026-11-21T14:59:59.999Z");
    await expect(shop.closeDay.execute(today, operator)).rejects.toThrow("day-not-closed");
    shop.clock.at += 1;
    expect(await shop.closeDay.execute(today, operator)).toEqual({ businessDay: today, rows: 0, drift: [] });
  });

  it("finds no drift if nothing differs, and closes the day once", async () => {
    const shop = await openYesterday({ pageSize: 2 });
    expect(await shop.closeDay.closeDueDays(noFence)).toEqual([{ businessDay: yesterday, rows: 4, drift: [] }]);
    expect(await shop.closeDay.closeDueDays(noFence)).toEqual([]);
    await expectRowsEqualSales(shop);
  });

  it("books unbooked sales of all days and closes every day that is over, oldest first", async () => {
    const shop = await openYesterday();
    await shop.record(
      sold("1", "a", 5, daysAgo(9)),
      sold("2", "b", 6, daysAgo(2)),
      sold("3", "c", 7),
      sold("4", "d", 8, daysAgo(1)),
    );
    const closed = await shop.closeDay.closeDueDays(noFence);
    expect(closed.map(({ businessDay, rows }) => [businessDay, rows])).toEqual([
      [plusDays(today, -9), 1],
      [plusDays(today, -2), 1],
      [yesterday, 4],
    ]);
    await expectRowsEqualSales(shop);
    expect(await shown(shop, boardOf("3d", today))).toEqual([
      ["d", 12],
      ["c", 10],
      ["b", 8],
      ["a", 1],
    ]);
  });

  it("repairs rows and scores that differ and reports the drift", async () => {
    const shop = await openYesterday({ pageSize: 2 });
    await corruptRow(shop, yesterday, "a", 1, 7);
    await corruptScore(shop, "b", 2, 99);
    await shop.db.knex("product_sales_daily").where({ business_day: yesterday, product_id: "c" }).delete();
    await corruptScore(shop, "d", 4, 0);
    await shop.db
      .knex("product_sales_daily")
      .insert({ product_id: "zz", business_day: yesterday, quantity: 3, revenue: 9 });
    const { rows, drift } = await shop.closeDay.execute(yesterday, operator);
    expect(rows).toBe(5);
    expect(drift).toEqual([
      { productId: "a", board: 1, sales: 1 },
      { productId: "b", board: 99, sales: 2 },
      { productId: "c", board: 3, sales: 3 },
      { productId: "d", board: 0, sales: 4 },
      { productId: "zz", board: 0, sales: 0 },
    ]);
    await expectRowsEqualSales(shop);
    expect(await shown(shop, boardOf("1d", yesterday))).toEqual([
      ["d", 4],
      ["c", 3],
      ["b", 2],
      ["a", 1],
    ]);
    expect((await shop.closeDay.execute(yesterday, operator)).drift).toEqual([]);
    expect(await shop.db.knex("day_drifts").pluck("product_id")).toEqual(["a", "b", "c", "d", "zz"]);
  });

  it("reports no score if the day's board is unavailable, cold or no longer kept", async () => {
    let isUnavailable = false;
    const shop = await openYesterday({
      board: (correct) =>
        replaceMethods(correct, {
          cold: (...call) => (isUnavailable ? unavailable("redis")() : correct.cold(...call)),
          scores: (...call) => (isUnavailable ? unavailable("redis")() : correct.scores(...call)),
        }),
    });
    const drift = { drift: [{ productId: "a", board: null, sales: 1 }] };
    const corrupt = () => corruptRow(shop, yesterday, "a", 9, 9);
    isUnavailable = true;
    await corrupt();
    expect(await shop.closeDay.execute(yesterday, operator)).toMatchObject(drift);
    isUnavailable = false;
    await corrupt();
    await shop.under.lose(boardOf("1d", yesterday));
    expect(await shop.closeDay.execute(yesterday, operator)).toMatchObject(drift);
    await corrupt();
    shop.clock.at += 86_400_000;
    expect(await shop.closeDay.execute(yesterday, operator)).toMatchObject(drift);
    await expectRowsEqualSales(shop);
  });

  // Proves: D2, A6
  it("changes nothing when it runs again, and keeps the drift of the first run", async () => {
    const shop = await openYesterday();
    await corruptRow(shop, yesterday, "a", 9, 9);
    await shop.closeDay.closeDueDays(noFence);
    const before = await allSalesRows(shop.db);
    shop.clock.at += 3_600_000;
    await shop.closeDay.closeDueDays(noFence);
    await shop.closeDay.execute(yesterday, operator);
    expect(await allSalesRows(shop.db)).toBe(before);
  });

  it("adds a late sale to a closed day, which stays closed", async () => {
    const shop = await openYesterday();
    await shop.closeDay.closeDueDays(noFence);
    await shop.sell(sold("late", "a", 10, { ...daysAgo(1), unitPrice: money(3) }));
    await expectRowsEqualSales(shop);
    expect(await shop.closeDay.closeDueDays(noFence)).toEqual([]);
    expect(await shop.closeDay.execute(yesterday, operator)).toMatchObject({ drift: [] });
    await expectRowsEqualSales(shop);
  });

  it("keeps the drift of pages that were closed before a crash", async () => {
    const shop = await openYesterday({ pageSize: 2 });
    for (const id of ["a", "d"]) await corruptRow(shop, yesterday, id, 50, 50);
    await expect(shop.closeDay.closeDueDays(crashInSecondPage())).rejects.toThrow("killed");
    expect(await shop.db.knex("closed_days")).toEqual([]);
    expect(await shop.closeDay.closeDueDays(noFence)).toMatchObject([{ drift: [{ productId: "d" }] }]);
    expect(await shop.db.knex("day_drifts").pluck("product_id")).toEqual(["a", "d"]);
    await expectRowsEqualSales(shop);
  });

  it("is in the admin log also if it fails", async () => {
    const shop = await openYesterday({
      sales: (correct) => replaceMethods(correct, { soldOn: unavailable("database") }),
    });
    await expect(shop.closeDay.execute(yesterday, operator)).rejects.toThrow("engine-unavailable");
    expect(await shop.db.knex("admin_log").pluck("admin_action")).toEqual(["day.closed"]);
  });

  it("reports the drift of each day as soon as the day is closed, also if a later day fails", async () => {
    const shop = await openYesterday();
    await shop.sell(sold("old", "a", 1, daysAgo(2)));
    for (const day of [plusDays(today, -2), yesterday]) await corruptRow(shop, day, "a", 50, 50);
    const reported: unknown[] = [];
    let transactions = 0;
    // A day is closed in two transactions: its only page, then the record that it is closed.
    const failInSecondDay = async () => {
      transactions += 1;
      if (transactions > 2) throw new Error("killed");
    };
    const closing = shop.closeDay.closeDueDays(failInSecondDay, (closed) => reported.push(closed));
    await expect(closing).rejects.toThrow("killed");
    expect(reported).toMatchObject([{ businessDay: plusDays(today, -2), drift: [{ productId: "a" }] }]);
  });
});
