import { describe, expect, it } from "vitest";
import { SqlJobLease } from "../../../src/adapters/sql/sql-job-lease.js";
import type { Fence } from "../../../src/application/sales/close-day-page.js";
import { everythingOf } from "../../simulation/sales-promises.js";
import { but, type SalesShop } from "./sales-shop.js";
import { corrupt, expectLedger, openYesterday, yesterday } from "./yesterdays-sales.js";

describe("a holder of the lease that was paused", () => {
  const termMs = 30_000;
  /** Node a holds the lease and sleeps between two pages; what it will do when it wakes up is asked for later. */
  const openPaused = async (isFenced: boolean) => {
    let wake = () => {};
    let sleeps = () => {};
    const asleep = new Promise<void>((resolve) => {
      sleeps = resolve;
    });
    let pages = 0;
    const shop = await openYesterday({
      pageSize: 2,
      sales: (right) =>
        but(right, {
          soldOn: async (...asked) => {
            pages += 1;
            if (pages === 2) {
              sleeps();
              await new Promise<void>((resolve) => {
                wake = resolve;
              });
            }
            return right.soldOn(...asked);
          },
        }),
    });
    const lease = (holder: string) => new SqlJobLease(shop.db, shop.clock, holder);
    const fence: Fence = async (tx) => {
      if (!isFenced) return;
      if (!(await tx.leases.holds("statistics", shop.clock.now()))) throw new Error("not our turn");
    };
    expect(await lease("a").acquire("statistics", termMs)).toBe(true);
    const night = shop.openNode("a").closeDay.closeDueDays(fence);
    night.catch(() => {});
    await asleep;
    return { shop, lease, fence, night, wake: () => wake() };
  };
  /** Whatever a late holder writes, it would write over this. */
  const mark = (shop: SalesShop) => corrupt(shop, yesterday, "d", 777, 777);

  // Proves: D2
  it("writes nothing after another has taken over", async () => {
    const { shop, lease, fence, night, wake } = await openPaused(true);
    expect(await lease("b").acquire("statistics", termMs)).toBe(false);
    shop.clock.at += termMs;
    expect(await lease("b").acquire("statistics", termMs)).toBe(true);
    expect(await shop.openNode("b").closeDay.closeDueDays(fence)).toMatchObject([{ businessDay: yesterday, rows: 4 }]);
    await mark(shop);
    const before = await everythingOf(shop.db);
    wake();
    await expect(night).rejects.toThrow("not our turn");
    expect(await everythingOf(shop.db)).toBe(before);
  });

  it("writes nothing when its term is over, though nobody has taken over", async () => {
    const { shop, night, wake } = await openPaused(true);
    shop.clock.at += termMs;
    const before = await everythingOf(shop.db);
    wake();
    await expect(night).rejects.toThrow("not our turn");
    expect(await everythingOf(shop.db)).toBe(before);
  });

  it("goes on where it was when it wakes up in time", async () => {
    const { shop, night, wake } = await openPaused(true);
    shop.clock.at += termMs - 1;
    wake();
    expect(await night).toMatchObject([{ businessDay: yesterday, rows: 4 }]);
    await expectLedger(shop);
  });

  // Negative control: D2
  it("would write without the fence", async () => {
    const { shop, fence, night, wake } = await openPaused(false);
    shop.clock.at += termMs;
    await shop.openNode("b").closeDay.closeDueDays(fence);
    await mark(shop);
    const before = await everythingOf(shop.db);
    wake();
    await night;
    expect(await everythingOf(shop.db)).not.toBe(before);
  });
});
