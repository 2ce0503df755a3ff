import { describe, expect, it } from "vitest";
import { plusDays } from "../../../src/domain/business-day.js";
import { boardOf, boardsToRemove, keptBoards } from "../../../src/domain/sales-window.js";
import { productId } from "../../support/order.js";
import { aged, boards, daysAgo, expectRight, gone, products, today } from "./sales-on-boards.js";
import { but, openSalesShop, sold } from "./sales-shop.js";

describe("filling boards", () => {
  it("fills all that are cold, page by page, and tells how many were", async () => {
    const shop = await openSalesShop({ products, pageSize: 2 });
    await shop.sell(...aged, sold("d", "d", 4), sold("e", "e", 4));
    expect((await boards(shop)).found).toEqual(keptBoards(today).map(() => null));
    expect(await shop.house.fillBoards.execute()).toBe(13);
    await expectRight(shop);
    expect(await shop.house.fillBoards.execute()).toBe(0);
  });

  it("leaves no board ready that was interrupted half-way, and fills it the next time", async () => {
    let pages = 0;
    const shop = await openSalesShop({
      products,
      pageSize: 1,
      sales: (right) =>
        but(right, {
          soldAfter: (...asked) => {
            pages += 1;
            return pages === 2 ? gone("database")() : right.soldAfter(...asked);
          },
        }),
    });
    await shop.sell(...aged);
    await expect(shop.house.fillBoards.execute()).rejects.toThrow("engine-unavailable");
    expect((await boards(shop)).found).toEqual(keptBoards(today).map(() => null));
    expect(await shop.house.fillBoards.execute()).toBe(13);
    await expectRight(shop);
  });

  it("loses and doubles no sale that is booked between its pages", async () => {
    let sells = 0;
    const shop = await openSalesShop({
      products,
      pageSize: 1,
      sales: (right) =>
        but(right, {
          soldAfter: async (...asked) => {
            const page = await right.soldAfter(...asked);
            // Behind what was read, of it, and before it.
            if (sells < 9)
              for (const id of ["a", "b", "c"])
                await shop.sell(sold(`between ${sells++}`.replace(" ", "-"), id, 2, daysAgo(sells % 3)));
            return page;
          },
        }),
    });
    await shop.sell(sold("0", "b", 1), sold("1", "c", 1));
    await shop.house.fillBoards.execute();
    expect(sells).toBe(9);
    await expectRight(shop);
  });

  it("does not call a board ready that was lost meanwhile", async () => {
    const lost = boardOf("7d", today);
    let loses = true;
    const shop = await openSalesShop({
      products,
      pageSize: 1,
      sales: (right) =>
        but(right, {
          soldAfter: async (last, limit) => {
            if (loses && last !== null) {
              loses = false;
              await shop.under.lose(lost);
            }
            return right.soldAfter(last, limit);
          },
        }),
    });
    await shop.sell(...aged);
    await shop.house.fillBoards.execute();
    expect(await shop.under.board.cold(keptBoards(today))).toEqual([lost]);
    expect(await shop.house.fillBoards.execute()).toBe(1);
    await expectRight(shop);
  });

  it("lets go of boards that nobody needs", async () => {
    const shop = await openSalesShop({ products });
    await shop.sell(...aged);
    const old = [...keptBoards(plusDays(today, -3)), ...keptBoards(plusDays(today, -7))].filter(
      (on) => on.lastDay !== null,
    );
    for (const on of [...old, boardOf("1d", plusDays(today, -1))])
      await shop.under.board.raise(on, [{ productId: productId("b"), quantity: 1 }]);
    await shop.house.fillBoards.execute();
    const left = await Promise.all(boardsToRemove(today).map((on) => shop.under.board.scores(on, [productId("b")])));
    expect(left.filter((scores) => scores.size > 0)).toEqual([]);
    await expectRight(shop);
  });

  it("mends scores that are too high, too low or of nothing, slice by slice, and as a whole by command", async () => {
    const shop = await openSalesShop({ products, pageSize: 2 });
    await shop.sell(...aged, sold("d", "d", 4));
    await shop.house.fillBoards.execute();
    const wrong = async () => {
      const set = (on: typeof lost, id: string, seen: number, quantity: number) =>
        shop.under.board.lower(on, [{ productId: productId(id), seen, quantity }]);
      const lost = boardOf("3d", today);
      await set(lost, "a", 1, 700);
      await set(lost, "b", 2, 1);
      await set(boardOf("all", today), "d", 4, 0);
      await shop.under.board.raise(boardOf("1d", today), [{ productId: productId("c"), quantity: 9 }]);
    };
    await wrong();
    const found: number[] = [];
    for (let slice = 0; slice < 6; slice += 1) found.push(await shop.house.compareBoards.next());
    expect(found).toEqual([2, 2, 0, 0, 0, 0]);
    await expectRight(shop);
    await wrong();
    await shop.under.lose(boardOf("30d", today));
    expect(await shop.house.compareBoards.all()).toEqual({ entries: 4, drift: 4 });
    await expectRight(shop);
  });
});
