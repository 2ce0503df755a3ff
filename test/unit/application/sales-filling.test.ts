import { describe, expect, it } from "vitest";
import { plusDays } from "../../../src/domain/business-day.js";
import { boardOf, boardsToRemove, keptBoards, type WindowBoard } from "../../../src/domain/sales-window.js";
import { after } from "../../../src/domain/time.js";
import { productId } from "../../support/order-data.js";
import { replaceMethods } from "../../support/replace-methods.js";
import {
  daysAgo,
  expectBoardsEqualSales,
  keptNow,
  products,
  readKeptBoards,
  salesOfAllAges,
  today,
} from "./kept-boards.js";
import { noonInSeoul, openSalesFixture, seoul, sold, unavailable } from "./sales-fixture.js";

describe("FillBoards", () => {
  it("fills all cold boards page by page and returns their number", async () => {
    const shop = await openSalesFixture({ products, pageSize: 2 });
    await shop.sell(...salesOfAllAges, sold("d", "d", 4), sold("e", "e", 4));
    expect((await readKeptBoards(shop)).found).toEqual(keptNow(shop).map(() => null));
    expect(await shop.fillBoards.execute()).toBe(9);
    await expectBoardsEqualSales(shop);
    expect(await shop.fillBoards.execute()).toBe(0);
  });

  // Proves: S2, A6
  it("leaves boards cold if it is interrupted, and fills them in the next run", async () => {
    let pages = 0;
    const shop = await openSalesFixture({
      products,
      pageSize: 1,
      sales: (correct) =>
        replaceMethods(correct, {
          soldAfter: (...call) => {
            pages += 1;
            return pages === 2 ? unavailable("database")() : correct.soldAfter(...call);
          },
        }),
    });
    await shop.sell(...salesOfAllAges);
    await expect(shop.fillBoards.execute()).rejects.toThrow("engine-unavailable");
    expect((await readKeptBoards(shop)).found).toEqual(keptNow(shop).map(() => null));
    expect(await shop.fillBoards.execute()).toBe(9);
    await expectBoardsEqualSales(shop);
  });

  // Proves: S2
  it("neither loses nor doubles sales that are booked between two pages", async () => {
    let count = 0;
    const shop = await openSalesFixture({
      products,
      pageSize: 1,
      sales: (correct) =>
        replaceMethods(correct, {
          soldAfter: async (...call) => {
            const page = await correct.soldAfter(...call);
            // The products are before, on and after the page.
            if (count < 9)
              for (const id of ["a", "b", "c"]) await shop.sell(sold(`between-${count++}`, id, 2, daysAgo(count % 3)));
            return page;
          },
        }),
    });
    await shop.sell(sold("0", "b", 1), sold("1", "c", 1));
    await shop.fillBoards.execute();
    expect(count).toBe(9);
    await expectBoardsEqualSales(shop);
  });

  it("leaves a board cold that was lost during the fill", async () => {
    const lost = boardOf("7d", today);
    let isLost = false;
    const shop = await openSalesFixture({
      products,
      pageSize: 1,
      sales: (correct) =>
        replaceMethods(correct, {
          soldAfter: async (last, limit) => {
            if (!isLost && last !== null) {
              isLost = true;
              await shop.under.lose(lost);
            }
            return correct.soldAfter(last, limit);
          },
        }),
    });
    await shop.sell(...salesOfAllAges);
    await shop.fillBoards.execute();
    expect(await shop.under.board.cold(keptNow(shop))).toEqual([lost]);
    expect(await shop.fillBoards.execute()).toBe(1);
    await expectBoardsEqualSales(shop);
  });

  it("removes boards whose last day was two days ago or earlier", async () => {
    const shop = await openSalesFixture({ products });
    await shop.sell(...salesOfAllAges);
    const daysBefore = (days: number) => keptBoards(after(noonInSeoul, -days * 86_400_000), seoul);
    const old = [...daysBefore(2), ...daysBefore(7)].filter(({ lastDay }) => lastDay !== null);
    const yesterdays = boardOf("1d", plusDays(today, -1));
    for (const on of [...old, yesterdays])
      await shop.under.board.raise(on, [{ productId: productId("b"), quantity: 1 }]);
    await shop.fillBoards.execute();
    const left = await Promise.all(boardsToRemove(today).map((on) => shop.under.board.scores(on, [productId("b")])));
    expect(left.filter((scores) => scores.size > 0)).toEqual([]);
    await expectBoardsEqualSales(shop);
  });
});

describe("CompareBoards", () => {
  // Proves: S2
  it("repairs scores that are too high, too low or missing, page by page or all in one call", async () => {
    const shop = await openSalesFixture({ products, pageSize: 2 });
    await shop.sell(...salesOfAllAges, sold("d", "d", 4));
    await shop.fillBoards.execute();
    const overwrite = (on: WindowBoard, id: string, seen: number, quantity: number) =>
      shop.under.board.lower(on, [{ productId: productId(id), seen, quantity }]);
    const corrupt = async () => {
      await overwrite(boardOf("3d", today), "a", 1, 700);
      await overwrite(boardOf("3d", today), "b", 2, 1);
      await overwrite(boardOf("all", today), "d", 4, 0);
      await shop.under.board.raise(boardOf("1d", today), [{ productId: productId("c"), quantity: 9 }]);
    };
    await corrupt();
    const drifts: number[] = [];
    for (let page = 0; page < 6; page += 1) drifts.push(await shop.compareBoards.next());
    expect(drifts).toEqual([2, 2, 0, 0, 0, 0]);
    await expectBoardsEqualSales(shop);
    await corrupt();
    await shop.under.lose(boardOf("30d", today));
    expect(await shop.compareBoards.all()).toEqual({ entries: 4, drift: 4 });
    await expectBoardsEqualSales(shop);
  });
});
