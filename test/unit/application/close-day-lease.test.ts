import { describe, expect, it } from "vitest";
import { SqlJobLease } from "../../../src/adapters/sql/sql-job-lease.js";
import type { Fence } from "../../../src/application/sales/close-day-page.js";
import { allSalesRows } from "../../simulation/sales-promises.js";
import { replaceMethods } from "../../support/replace-methods.js";
import type { SalesFixture } from "./sales-fixture.js";
import { corruptRow, expectRowsEqualSales, openYesterday, yesterday } from "./yesterdays-sales.js";

describe("a daily close that pauses between two pages", () => {
  const termMs = 30_000;
  /** Node a holds the lease and pauses before its second page until `resume`. */
  const openPaused = async (isFenced: boolean) => {
    let resume = () => {};
    let pause = () => {};
    const paused = new Promise<void>((resolve) => {
      pause = resolve;
    });
    let pages = 0;
    const shop = await openYesterday({
      pageSize: 2,
      sales: (correct) =>
        replaceMethods(correct, {
          soldOn: async (...call) => {
            pages += 1;
            if (pages === 2) {
              pause();
              await new Promise<void>((resolve) => {
                resume = resolve;
              });
            }
            return correct.soldOn(...call);
          },
        }),
    });
    const lease = (holder: string) => new SqlJobLease(shop.db, shop.clock, holder);
    const fence: Fence = async (tx) => {
      if (!isFenced) return;
      if (!(await tx.leases.holds("statistics", shop.clock.now()))) throw new Error("lease lost");
    };
    expect(await lease("a").acquire("statistics", termMs)).toBe(true);
    const closing = shop.openNode("a").closeDay.closeDueDays(fence);
    closing.catch(() => {});
    await paused;
    return { shop, lease, fence, closing, resume: () => resume() };
  };
  /** Writes a row that any later write of node a would overwrite. */
  const markRow = (shop: SalesFixture) => corruptRow(shop, yesterday, "d", 777, 777);

  // Proves: D2
  it("writes nothing after another node has taken the lease", async () => {
    const { shop, lease, fence, closing, resume } = await openPaused(true);
    expect(await lease("b").acquire("statistics", termMs)).toBe(false);
    shop.clock.at += termMs;
    expect(await lease("b").acquire("statistics", termMs)).toBe(true);
    expect(await shop.openNode("b").closeDay.closeDueDays(fence)).toMatchObject([{ businessDay: yesterday, rows: 4 }]);
    await markRow(shop);
    const before = await allSalesRows(shop.db);
    resume();
    await expect(closing).rejects.toThrow("lease lost");
    expect(await allSalesRows(shop.db)).toBe(before);
  });

  it("writes nothing after its lease has expired, even if no other node has taken it", async () => {
    const { shop, closing, resume } = await openPaused(true);
    shop.clock.at += termMs;
    const before = await allSalesRows(shop.db);
    resume();
    await expect(closing).rejects.toThrow("lease lost");
    expect(await allSalesRows(shop.db)).toBe(before);
  });

  it("continues if its lease has not expired", async () => {
    const { shop, closing, resume } = await openPaused(true);
    shop.clock.at += termMs - 1;
    resume();
    expect(await closing).toMatchObject([{ businessDay: yesterday, rows: 4 }]);
    await expectRowsEqualSales(shop);
  });

  // Negative control: D2
  it("overwrites rows of the next lease holder without the fence", async () => {
    const { shop, fence, closing, resume } = await openPaused(false);
    shop.clock.at += termMs;
    await shop.openNode("b").closeDay.closeDueDays(fence);
    await markRow(shop);
    const before = await allSalesRows(shop.db);
    resume();
    await closing;
    expect(await allSalesRows(shop.db)).not.toBe(before);
  });
});
