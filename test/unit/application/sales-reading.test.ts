import { describe, expect, it } from "vitest";
import { salesWindows } from "../../../src/domain/sales-window.js";
import { product } from "../../support/order-data.js";
import { replaceMethods } from "../../support/replace-methods.js";
import { beforeMidnight } from "./kept-boards.js";
import { listed, lists, longAgo, products, salesOfTwoDays } from "./popular-lists.js";
import { at, openSalesFixture, sold, unavailable } from "./sales-fixture.js";

describe("ListPopularProducts", () => {
  it("returns the same ranks and movements from cold boards and from ready boards", async () => {
    const shop = await openSalesFixture({ products });
    await shop.sell(...salesOfTwoDays);
    for (const state of ["cold", "ready"]) {
      for (const [window, list] of Object.entries(lists))
        expect([state, await listed(shop, window as keyof typeof lists, 100)]).toEqual([state, list]);
      await shop.fillBoards.execute();
    }
    expect(await listed(shop, "3d", 2)).toEqual(lists["3d"].slice(0, 2));
  });

  it("returns the products' current details", async () => {
    const shop = await openSalesFixture({ products });
    await shop.sell(...salesOfTwoDays);
    await shop.fillBoards.execute();
    const { name, unitPrice } = product("c");
    const [first] = (await shop.listPopularProducts.execute("1d", 1)).items;
    expect(first).toEqual({ rank: 1, productId: "c", name, unitPrice, quantity: 8, movement: 2 });
  });

  it("skips a product that no longer exists and keeps the ranks of the others", async () => {
    const shop = await openSalesFixture({ products });
    await shop.sell(...salesOfTwoDays);
    await shop.fillBoards.execute();
    await shop.db.knex("products").where("product_id", "d").delete();
    expect(await listed(shop, "1d", 3)).toEqual([lists["1d"][0], lists["1d"][2]]);
  });

  it("returns an empty list before the first sale", async () => {
    const shop = await openSalesFixture();
    for (const window of salesWindows) expect(await listed(shop, window, 5)).toEqual([]);
    await shop.fillBoards.execute();
    for (const window of salesWindows) expect(await listed(shop, window, 5)).toEqual([]);
  });

  // Proves: P3
  it("reads the database while Redis is unavailable or yesterday's board is cold", async () => {
    let isUnavailable = true;
    const shop = await openSalesFixture({
      products,
      board: (correct) =>
        replaceMethods(correct, { top: (...call) => (isUnavailable ? unavailable("redis")() : correct.top(...call)) }),
    });
    await shop.sell(...salesOfTwoDays);
    await shop.fillBoards.execute();
    expect(await listed(shop, "1d", 9)).toEqual(lists["1d"]);
    isUnavailable = false;
    await shop.under.lose({ window: "1d", lastDay: "2026-11-20" as never });
    expect(await listed(shop, "1d", 9)).toEqual(lists["1d"]);
  });

  it("changes to the next board at midnight, and to a cold one after a week without fills", async () => {
    const shop = await openSalesFixture({ products });
    await shop.sell(...salesOfTwoDays, sold("7", "a", 100, { occurredAt: longAgo }));
    shop.clock.at = beforeMidnight(30);
    await shop.fillBoards.execute();
    shop.clock.at = beforeMidnight(0);
    expect(await shop.under.board.cold([shop.boardNow("3d"), shop.boardNow("1d")])).toEqual([]);
    expect(await listed(shop, "1d", 5)).toEqual([]);
    expect(await listed(shop, "3d", 5)).toEqual([
      [1, "c", 9, 0],
      [2, "a", 9, 0],
      [3, "b", 8, 0],
      [4, "d", 3, 0],
    ]);
    shop.clock.at = at("2026-11-28T15:00:00Z");
    const aWeekLater = [
      [1, "a", 109, 0],
      [2, "c", 9, 0],
    ];
    expect(await listed(shop, "30d", 2)).toEqual(aWeekLater);
    expect(await shop.fillBoards.execute()).toBe(8);
    expect(await listed(shop, "30d", 2)).toEqual(aWeekLater);
  });
});
