import { describe, expect, it } from "vitest";
import { salesWindows } from "../../../src/domain/sales-window.js";
import { product } from "../../support/order.js";
import { away, listed, lists, longAgo, products, twoDays } from "./popular-lists.js";
import { at, but, openSalesShop, sold } from "./sales-shop.js";

describe("popular products", () => {
  it("are ranked, with what they moved since yesterday, from boards and from the database alike", async () => {
    const shop = await openSalesShop({ products });
    await shop.sell(...twoDays);
    for (const state of ["cold", "ready"]) {
      for (const [window, list] of Object.entries(lists))
        expect([state, await listed(shop, window as keyof typeof lists, 100)]).toEqual([state, list]);
      await shop.house.fillBoards.execute();
    }
    expect(await listed(shop, "3d", 2)).toEqual(lists["3d"].slice(0, 2));
  });

  it("are told with their details of now", async () => {
    const shop = await openSalesShop({ products });
    await shop.sell(...twoDays);
    await shop.house.fillBoards.execute();
    expect((await shop.house.listPopularProducts.execute("1d", 1)).items[0]).toEqual({
      rank: 1,
      productId: "c",
      name: product("c").name,
      unitPrice: product("c").unitPrice,
      quantity: 8,
      movement: 2,
    });
  });

  it("pass over a product that is gone, and keep the others' ranks", async () => {
    const shop = await openSalesShop({ products });
    await shop.sell(...twoDays);
    await shop.house.fillBoards.execute();
    await shop.db.knex("products").where("product_id", "d").delete();
    expect(await listed(shop, "1d", 3)).toEqual([lists["1d"][0], lists["1d"][2]]);
  });

  it("are none before anything is sold", async () => {
    const shop = await openSalesShop();
    for (const window of salesWindows) expect(await listed(shop, window, 5)).toEqual([]);
    await shop.house.fillBoards.execute();
    for (const window of salesWindows) expect(await listed(shop, window, 5)).toEqual([]);
  });

  // Proves: P3
  it("come from the database while Redis is away, or yesterday's board is cold", async () => {
    let isAway = true;
    const shop = await openSalesShop({
      products,
      board: (right) => but(right, { top: (...asked) => (isAway ? away() : right.top(...asked)) }),
    });
    await shop.sell(...twoDays);
    await shop.house.fillBoards.execute();
    expect(await listed(shop, "1d", 9)).toEqual(lists["1d"]);
    isAway = false;
    await shop.under.lose({ window: "1d", lastDay: "2026-11-20" as never });
    expect(await listed(shop, "1d", 9)).toEqual(lists["1d"]);
  });

  it("change board at midnight, and fill it when it was missed for a week", async () => {
    const shop = await openSalesShop({ products });
    await shop.sell(...twoDays, sold("7", "a", 100, { occurredAt: longAgo }));
    await shop.house.fillBoards.execute();
    shop.clock.at = at("2026-11-21T15:00:00Z");
    // Tomorrow's board was filled today, so that nobody waits for it.
    expect(await shop.under.board.cold([shop.board("3d"), shop.board("1d")])).toEqual([]);
    expect(await listed(shop, "1d", 5)).toEqual([]);
    expect(await listed(shop, "3d", 5)).toEqual([
      [1, "c", 9, 0],
      [2, "a", 9, 0],
      [3, "b", 8, 0],
      [4, "d", 3, 0],
    ]);
    shop.clock.at = at("2026-11-28T15:00:00Z");
    expect(await listed(shop, "30d", 2)).toEqual([
      [1, "a", 109, 0],
      [2, "c", 9, 0],
    ]);
    expect(await shop.house.fillBoards.execute()).toBe(12);
    expect(await listed(shop, "30d", 2)).toEqual([
      [1, "a", 109, 0],
      [2, "c", 9, 0],
    ]);
  });
});
