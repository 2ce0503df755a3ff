import { describe, expect, it } from "vitest";
import { boardOf, type WindowBoard } from "../../../src/domain/sales-window.js";
import type { EpochMs } from "../../../src/domain/time.js";
import { boardFrom, salesIn } from "../../support/sales-data.js";
import { beforeMidnight, expectBoardsEqualSales, products, today, tomorrow } from "./kept-boards.js";
import { openSalesFixture, type SalesFixture, shown, sold } from "./sales-fixture.js";

const minuteMs = 60_000;
const tomorrowsBoard = boardOf("3d", tomorrow);

/** Records a sale and books it on a node whose clock differs from the fixture's clock. */
const sellOnNode = async (shop: SalesFixture, clockDifferenceMs: number) => {
  const clock = { now: () => (shop.clock.at + clockDifferenceMs) as EpochMs };
  const { bookSales } = shop.openNode("other", shop.db, clock);
  await shop.record(sold(`${shop.clock.at}`, "a", 5));
  await bookSales.execute(await shop.takeEvents());
};
/** Whether the board that readers use from midnight on is ready and equals the sales. */
const isRightAtMidnight = async (shop: SalesFixture, board: WindowBoard = tomorrowsBoard) => {
  shop.clock.at = beforeMidnight(0);
  const list = await shown(shop, board);
  return JSON.stringify(list) === JSON.stringify(boardFrom(await salesIn(shop.db), board));
};

describe("tomorrow's boards", () => {
  it("do not exist until 60 minutes before midnight, so that a sale raises fewer boards", async () => {
    const shop = await openSalesFixture({ products, now: beforeMidnight(61) as EpochMs });
    expect(await shop.fillBoards.execute()).toBe(9);
    await shop.sell(sold("1", "a", 5));
    await expectBoardsEqualSales(shop);
    expect(await shop.under.board.scores(tomorrowsBoard, [sold("1", "a", 5).productId])).toEqual(new Map());
    shop.clock.at = beforeMidnight(51);
    expect(await shop.fillBoards.execute()).toBe(0);
    shop.clock.at = beforeMidnight(50);
    expect(await shop.fillBoards.execute()).toBe(4);
    await expectBoardsEqualSales(shop);
  });

  // Proves: S2
  it("contain every sale at midnight, whenever it was booked", async () => {
    const shop = await openSalesFixture({ products, now: beforeMidnight(120) as EpochMs });
    for (const minutes of [120, 61, 60, 59, 51, 50, 49, 1]) {
      shop.clock.at = beforeMidnight(minutes);
      await shop.sell(sold(`before-fill-${minutes}`, "a", 2));
      await shop.fillBoards.execute();
      await shop.sell(sold(`after-fill-${minutes}`, "b", 3));
    }
    shop.clock.at = beforeMidnight(0) - 1;
    await shop.sell(sold("last", "c", 4));
    for (const window of ["3d", "7d", "30d"] as const)
      expect(await isRightAtMidnight(shop, boardOf(window, tomorrow))).toBe(true);
    expect(await shown(shop, tomorrowsBoard)).toEqual([
      ["b", 24],
      ["a", 16],
      ["c", 4],
    ]);
    expect(await shown(shop, boardOf("1d", tomorrow))).toEqual([]);
    expect(await shown(shop, boardOf("1d", today))).toHaveLength(3);
  });

  it.each([-9, 9])(
    "contain a sale of a node whose clock differs by %i minutes, booked right after the fill",
    async (minutes) => {
      const shop = await openSalesFixture({ products, now: beforeMidnight(120) as EpochMs });
      await sellOnNode(shop, minutes * minuteMs);
      shop.clock.at = beforeMidnight(50);
      await shop.fillBoards.execute();
      await sellOnNode(shop, minutes * minuteMs);
      expect(await isRightAtMidnight(shop)).toBe(true);
    },
  );

  // Negative control: S2
  it("lack a sale that was booked after the fill without raising them", async () => {
    const shop = await openSalesFixture({ products, now: beforeMidnight(50) as EpochMs });
    await shop.fillBoards.execute();
    // A clock that is 11 minutes slow: this node does not raise tomorrow's boards yet.
    await sellOnNode(shop, -11 * minuteMs);
    expect(await isRightAtMidnight(shop)).toBe(false);
    await shop.compareBoards.all();
    expect(await isRightAtMidnight(shop)).toBe(true);
  });
});
