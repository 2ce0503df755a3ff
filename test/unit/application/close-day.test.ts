import { describe, expect, it } from "vitest";
import type { Fence } from "../../../src/application/sales/close-day-page.js";
import { plusDays } from "../../../src/domain/business-day.js";
import { DomainError } from "../../../src/domain/problem.js";
import { boardOf } from "../../../src/domain/sales-window.js";
import { everythingOf } from "../../simulation/sales-promises.js";
import { money } from "../../support/order.js";
import { at, but, shown, sold } from "./sales-shop.js";
import {
  corrupt,
  daysAgo,
  expectLedger,
  openYesterday,
  setOnBoard,
  today,
  unfenced,
  yesterday,
} from "./yesterdays-sales.js";

describe("closing a day", () => {
  it("is for days that are over", async () => {
    const shop = await openYesterday();
    for (const open of [today, plusDays(today, 1)]) {
      const problem = { code: "day-not-closed", businessDay: open };
      await expect(shop.house.closeDay.execute(open)).rejects.toMatchObject({ problem });
    }
    shop.clock.at = at("2026-11-21T14:59:59.999Z");
    await expect(shop.house.closeDay.execute(today)).rejects.toThrow("day-not-closed");
    shop.clock.at += 1;
    expect(await shop.house.closeDay.execute(today)).toEqual({ businessDay: today, rows: 0, drift: [] });
  });

  it("finds nothing to mend where all is well, and stamps the day", async () => {
    const shop = await openYesterday({ pageSize: 2 });
    expect(await shop.house.closeDay.closeDueDays(unfenced)).toEqual([{ businessDay: yesterday, rows: 4, drift: [] }]);
    expect(await shop.house.closeDay.closeDueDays(unfenced)).toEqual([]);
    await expectLedger(shop);
  });

  it("books what is unbooked, of whatever day, and closes every day that is over, oldest first", async () => {
    const shop = await openYesterday();
    await shop.record(
      sold("1", "a", 5, daysAgo(9)),
      sold("2", "b", 6, daysAgo(2)),
      sold("3", "c", 7),
      sold("4", "d", 8, daysAgo(1)),
    );
    const closed = await shop.house.closeDay.closeDueDays(unfenced);
    expect(closed.map(({ businessDay, rows }) => [businessDay, rows])).toEqual([
      [plusDays(today, -9), 1],
      [plusDays(today, -2), 1],
      [yesterday, 4],
    ]);
    await expectLedger(shop);
    expect(await shown(shop, boardOf("3d", today))).toEqual([
      ["d", 12],
      ["c", 10],
      ["b", 8],
      ["a", 1],
    ]);
  });

  it("mends rows and boards that differ, and tells which", async () => {
    const shop = await openYesterday({ pageSize: 2 });
    await corrupt(shop, yesterday, "a", 1, 7);
    await setOnBoard(shop, "b", 2, 99);
    await shop.db.knex("product_sales_daily").where({ business_day: yesterday, product_id: "c" }).delete();
    await setOnBoard(shop, "d", 4, 0);
    await shop.db
      .knex("product_sales_daily")
      .insert({ product_id: "zz", business_day: yesterday, quantity: 3, revenue: 9 });
    const { rows, drift } = await shop.house.closeDay.execute(yesterday);
    expect(rows).toBe(5);
    expect(drift).toEqual([
      { productId: "a", board: 1, sales: 1 },
      { productId: "b", board: 99, sales: 2 },
      { productId: "c", board: 3, sales: 3 },
      { productId: "d", board: 0, sales: 4 },
      { productId: "zz", board: 0, sales: 0 },
    ]);
    await expectLedger(shop);
    expect(await shown(shop, boardOf("1d", yesterday))).toEqual([
      ["d", 4],
      ["c", 3],
      ["b", 2],
      ["a", 1],
    ]);
    expect((await shop.house.closeDay.execute(yesterday)).drift).toEqual([]);
    expect(await shop.db.knex("day_drifts").pluck("product_id")).toEqual(["a", "b", "c", "d", "zz"]);
  });

  it("compares with no board that is not kept any more, is cold, or is out of reach", async () => {
    let isAway = false;
    const gone = async (): Promise<never> => {
      throw new DomainError({ code: "engine-unavailable", engine: "redis" });
    };
    const shop = await openYesterday({
      board: (right) =>
        but(right, {
          cold: (...asked) => (isAway ? gone() : right.cold(...asked)),
          scores: (...asked) => (isAway ? gone() : right.scores(...asked)),
        }),
    });
    const drift = { drift: [{ productId: "a", board: null, sales: 1 }] };
    const spoil = () => corrupt(shop, yesterday, "a", 9, 9);
    isAway = true;
    await spoil();
    expect(await shop.house.closeDay.execute(yesterday)).toMatchObject(drift);
    isAway = false;
    await spoil();
    await shop.under.lose(boardOf("1d", yesterday));
    expect(await shop.house.closeDay.execute(yesterday)).toMatchObject(drift);
    await spoil();
    shop.clock.at += 86_400_000;
    expect(await shop.house.closeDay.execute(yesterday)).toMatchObject(drift);
    await expectLedger(shop);
  });

  // Proves: D2
  it("changes nothing when it runs again, and keeps what it found the first time", async () => {
    const shop = await openYesterday();
    await corrupt(shop, yesterday, "a", 9, 9);
    await shop.house.closeDay.closeDueDays(unfenced);
    const before = await everythingOf(shop.db);
    shop.clock.at += 3_600_000;
    await shop.house.closeDay.closeDueDays(unfenced);
    await shop.house.closeDay.execute(yesterday);
    expect(await everythingOf(shop.db)).toBe(before);
  });

  it("grows by a late sale, and stays closed", async () => {
    const shop = await openYesterday();
    await shop.house.closeDay.closeDueDays(unfenced);
    await shop.sell(sold("late", "a", 10, { ...daysAgo(1), unitPrice: money(3) }));
    await expectLedger(shop);
    expect(await shop.house.closeDay.closeDueDays(unfenced)).toEqual([]);
    expect(await shop.house.closeDay.execute(yesterday)).toMatchObject({ drift: [] });
    await expectLedger(shop);
  });

  it("loses no drift of pages that were closed before a crash", async () => {
    const shop = await openYesterday({ pageSize: 2 });
    for (const id of ["a", "d"]) await corrupt(shop, yesterday, id, 50, 50);
    let pages = 0;
    const killed: Fence = async () => {
      pages += 1;
      if (pages === 2) throw new Error("killed");
    };
    await expect(shop.house.closeDay.closeDueDays(killed)).rejects.toThrow("killed");
    expect(await shop.db.knex("closed_days")).toEqual([]);
    expect(await shop.house.closeDay.closeDueDays(unfenced)).toMatchObject([{ drift: [{ productId: "d" }] }]);
    expect(await shop.db.knex("day_drifts").pluck("product_id")).toEqual(["a", "d"]);
    await expectLedger(shop);
  });
});
