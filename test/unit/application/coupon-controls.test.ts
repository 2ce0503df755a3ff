import { describe, expect, it } from "vitest";
import { MemoryCouponStore } from "../../../src/adapters/memory/memory-coupon-stores.js";
import type { ClaimQueries } from "../../../src/application/ports/claim-queries.js";
import type { UnitOfWork } from "../../../src/application/ports/unit-of-work.js";
import { type Claim, settledEvent, type Unsettled } from "../../../src/domain/coupon.js";
import { createEvent } from "../../../src/domain/event.js";
import { noon } from "../../support/drop.js";
import { drop, type House, openHouse, type Twins } from "./coupon-house.js";

const crowd = (count: number, name = "shopper") => Array.from({ length: count }, (_, index) => `${name}-${index}`);

/** Settlement that believes what it has once read. */
const readsPendingOnce = (right: UnitOfWork): UnitOfWork => {
  const copies = new Map<string, readonly Unsettled[]>();
  return {
    run: (work) =>
      right.run((tx) =>
        work({
          ...tx,
          claims: Object.assign(Object.create(tx.claims), {
            pending: async (taskIds: Parameters<typeof tx.claims.pending>[0]) => {
              const key = taskIds.join();
              const copy = copies.get(key) ?? (await tx.claims.pending(taskIds));
              copies.set(key, copy);
              return copy;
            },
          }),
        }),
      ),
  };
};

/** A rebuild's reading of pending claims alone: who has the coupon needs no place any more, does he? */
const forgetsIssued = (right: ClaimQueries): ClaimQueries =>
  Object.assign(Object.create(right), {
    liveAfter: async (...asked: Parameters<ClaimQueries["liveAfter"]>) =>
      (await right.liveAfter(...asked)).filter(({ status }) => status === "pending"),
  });

/** The store as it is now, for a later rewind. */
const copyOf = (house: House): MemoryCouponStore => {
  const store = house.stores.get(drop) as MemoryCouponStore;
  return new MemoryCouponStore(store, [...store.members.values()]);
};

type Control = { readonly guard: string; readonly off: Twins; readonly holds: (house: House) => Promise<void> };

const quantity = 10;

const controls: readonly Control[] = [
  {
    // Negative control: C2
    guard: "what is pending is read again under the coupon's lock",
    off: { work: readsPendingOnce },
    // Delivered at least once, an event may come again; the bus must not take it for poison.
    holds: async (house) => {
      const [claim] = await house.claim(["shopper"]);
      await house.quiet();
      await house.deliver(createEvent("coupon.reserved", claim as Claim, noon));
      await house.quiet();
      expect(house.parked).toEqual([]);
    },
  },
  {
    // Negative control: C3
    guard: "the row is committed before the 202",
    off: { rows: () => ({ insert: async (admitted) => admitted.map(() => "inserted" as const) }) },
    // C3: every 202 ends in one result, whatever the queue loses.
    holds: async (house) => {
      const accepted = await house.claim(crowd(quantity));
      house.stores.clear();
      await house.quiet();
      for (let sweeps = 0; sweeps < 3; sweeps += 1) await house.sweep();
      expect(await house.endsOf(accepted)).toEqual(accepted.map(() => "issued"));
    },
  },
  {
    // Negative control: C1
    guard: "a rebuild counts issued claims as well as pending ones",
    off: { claims: forgetsIssued },
    // A sold-out coupon admits nobody, also after its queue was lost.
    holds: async (house) => {
      await house.claim(crowd(quantity));
      await house.quiet();
      house.stores.clear();
      expect(await house.claim(crowd(quantity, "late"))).toEqual([]);
      expect(await house.audit()).toMatchObject({ balanced: true });
    },
  },
  {
    // Negative control: C4
    guard: "every sweep compares the store with the database",
    off: { compares: false },
    // C4: a place given back goes to whoever claims next, also where a rewind has taken it away again.
    holds: async (house) => {
      const failed = await house.claimInVain("shopper");
      const before = copyOf(house);
      await house.sweep();
      expect(await house.endsOf([failed])).toEqual(["failed"]);
      house.stores.set(drop, before);
      for (let sweeps = 0; sweeps < 3; sweeps += 1) await house.sweep();
      await house.claim(crowd(2 * quantity, "late"));
      await house.quiet();
      expect(await house.audit()).toMatchObject({ issued: quantity, balanced: true });
    },
  },
  {
    // Negative control: C4
    guard: "a place is given back for the failed task alone, and once",
    off: {
      stock: (right, stores) => ({
        take: (...asked) => right.take(...asked),
        giveBack: async (couponId, holders) => {
          const store = stores.get(couponId);
          for (const { userId } of holders) {
            const member = store?.members.get(userId);
            if (member !== undefined) store?.remove(member);
          }
        },
      }),
    },
    // C4: no more are admitted than there are places, though the failure is told again after the shopper's second try.
    holds: async (house) => {
      const failed = await house.claimInVain("again");
      await house.sweep();
      const accepted = await house.claim(["again"]);
      await house.quiet();
      const end = { ...failed, status: "failed", reason: "internal" } as const;
      await house.deliver(settledEvent(end, 3, noon));
      await house.quiet();
      const others = await house.claim(crowd(2 * quantity));
      await house.quiet();
      expect(await house.endsOf([...accepted, ...others])).toEqual(Array(quantity).fill("issued"));
    },
  },
];

describe.each(controls)("$guard", ({ off, holds }) => {
  it("and the promise holds", async () => {
    await holds(await openHouse({}, quantity));
  });

  it("without it, the promise breaks", async () => {
    await expect(holds(await openHouse(off, quantity))).rejects.toThrow("expected");
  });
});
