import { describe, expect, it } from "vitest";
import type { TimeZone } from "../../../src/domain/business-day.js";
import { boardOf } from "../../../src/domain/sales-window.js";
import { money, productId } from "../../support/order-data.js";
import { day, daySumsIn, salesIn } from "../../support/sales-data.js";
import { at, noonInSeoul, openSalesFixture, report, shown, sold } from "./sales-fixture.js";

const minute = 60_000;

describe("RecordSale", () => {
  it("counts each sale id once, with the values of its first report", async () => {
    const { record, takeEvents, db } = await openSalesFixture();
    expect(await record(report("a", { quantity: 2 }), report("b"), report("a", { quantity: 9 }))).toEqual({
      accepted: 2,
      known: 1,
    });
    expect(await record(report("b", { quantity: 9 }), report("c"))).toEqual({ accepted: 1, known: 1 });
    expect(await record()).toEqual({ accepted: 0, known: 0 });
    expect((await salesIn(db)).map(({ saleId, quantity }) => [saleId, quantity])).toEqual([
      ["shop:a", 2],
      ["shop:b", 1],
      ["shop:c", 1],
    ]);
    const events = await takeEvents();
    expect(events.map(({ id, data }) => [id, data.quantity])).toEqual([
      ["product.sold:shop:a", 2],
      ["product.sold:shop:b", 1],
      ["product.sold:shop:c", 1],
    ]);
  });

  it("rejects the whole call if a product is unknown, and reports the sale's index", async () => {
    const { record, db } = await openSalesFixture();
    const call = record(report("a"), report("b"), sold("c", "unknown", 1), sold("d", "unknown-too", 1));
    await expect(call).rejects.toMatchObject({
      problem: { code: "product-not-found", productId: productId("unknown"), index: 2 },
    });
    expect(await salesIn(db)).toEqual([]);
  });

  it("accepts sales that are at most five minutes ahead", async () => {
    const { record, clock } = await openSalesFixture();
    const ahead = (ms: number) => at(new Date(clock.at + ms).toISOString());
    expect(await record(report("a", { occurredAt: ahead(5 * minute) }))).toEqual({ accepted: 1, known: 0 });
    const call = record(report("b"), report("c", { occurredAt: ahead(5 * minute + 1) }));
    await expect(call).rejects.toMatchObject({ problem: { code: "sale-in-future", index: 1 } });
  });

  it("uses the current time for a sale without occurredAt", async () => {
    const { record, db } = await openSalesFixture();
    await record(report("a"), report("b", { occurredAt: at("2026-11-19T15:00:00Z") }));
    expect((await salesIn(db)).map(({ occurredAt, businessDay }) => [occurredAt, businessDay])).toEqual([
      [noonInSeoul, "2026-11-21"],
      [at("2026-11-19T15:00:00Z"), "2026-11-20"],
    ]);
  });
});

const seoul = "Asia/Seoul";
const newYork = "America/New_York";
/** The last milliseconds of days (`ends`) and the next days (`begins`), most of which differ from the days in UTC. */
const midnights = [
  { zone: seoul, last: "2026-11-21T14:59:59.999Z", ends: "2026-11-21", begins: "2026-11-22" },
  { zone: seoul, last: "2028-02-28T14:59:59.999Z", ends: "2028-02-28", begins: "2028-02-29" },
  { zone: seoul, last: "2028-02-29T14:59:59.999Z", ends: "2028-02-29", begins: "2028-03-01" },
  { zone: seoul, last: "2027-02-28T14:59:59.999Z", ends: "2027-02-28", begins: "2027-03-01" },
  // A day of 23 hours and a day of 25 hours.
  { zone: newYork, last: "2026-03-08T04:59:59.999Z", ends: "2026-03-07", begins: "2026-03-08" },
  { zone: newYork, last: "2026-03-09T03:59:59.999Z", ends: "2026-03-08", begins: "2026-03-09" },
  { zone: newYork, last: "2026-11-01T03:59:59.999Z", ends: "2026-10-31", begins: "2026-11-01" },
  { zone: newYork, last: "2026-11-02T04:59:59.999Z", ends: "2026-11-01", begins: "2026-11-02" },
] as const;

describe("a sale at 23:59:59.999 and a sale at 00:00:00.000", () => {
  // Proves: D1
  it.each(midnights)("count on $ends and $begins in $zone, on boards and in statistics", async (midnight) => {
    const last = at(midnight.last);
    const [ends, begins] = [day(midnight.ends), day(midnight.begins)];
    const shop = await openSalesFixture({ zone: midnight.zone as TimeZone, now: last });
    await shop.fillBoards.execute();
    await shop.sell(sold("now", "p", 2, { unitPrice: money(300) }));
    shop.clock.at += 1;
    await shop.sell(
      sold("then", "p", 5),
      sold("late", "q", 3, { occurredAt: last }),
      sold("on-time", "q", 1, { occurredAt: at(new Date(last + 1).toISOString()) }),
    );
    await shop.fillBoards.execute();
    const expected = {
      [`${ends} p`]: [2, 600n],
      [`${ends} q`]: [3, 3000n],
      [`${begins} p`]: [5, 5000n],
      [`${begins} q`]: [1, 1000n],
    };
    expect(await daySumsIn(shop.db)).toEqual(expected);
    expect(await shown(shop, boardOf("1d", ends))).toEqual([
      ["q", 3],
      ["p", 2],
    ]);
    expect(await shown(shop, boardOf("1d", begins))).toEqual([
      ["p", 5],
      ["q", 1],
    ]);
    expect(await shown(shop, boardOf("3d", begins))).toEqual([
      ["p", 7],
      ["q", 4],
    ]);
    expect(await shown(shop, boardOf("all", begins))).toEqual([
      ["p", 7],
      ["q", 4],
    ]);
    const closed = await shop.closeDay.closeDueDays(async () => {});
    expect(closed).toEqual([{ businessDay: ends, rows: 2, drift: [] }]);
    expect(await daySumsIn(shop.db)).toEqual(expected);
  });
});
