import { describe, expect, it } from "vitest";
import { MemoryCouponStore } from "../../../src/adapters/memory/memory-coupon-stores.js";
import type { ClaimQueries } from "../../../src/application/ports/claim-queries.js";
import type { UnitOfWork } from "../../../src/application/ports/unit-of-work.js";
import { type Claim, settledEvent, type Unsettled } from "../../../src/domain/coupon.js";
import { createEvent } from "../../../src/domain/event.js";
import { noon } from "../../support/coupon-data.js";
import { type Drop, drop, type KnownWrong, openDrop } from "./drop-fixture.js";

const crowd = (count: number, name = "shopper") => Array.from({ length: count }, (_, index) => `${name}-${index}`);

/** Reads the pending claims of a batch once and reuses them later, without reading again under the lock. */
const readsPendingOnce = (correct: UnitOfWork): UnitOfWork => {
  const copies = new Map<string, readonly Unsettled[]>();
  return {
    run: (work) =>
      correct.run((tx) =>
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

/** Reads only pending claims for a rebuild, as if issued ones took no place. */
const forgetsIssued = (correct: ClaimQueries): ClaimQueries =>
  Object.assign(Object.create(correct), {
    liveAfter: async (...args: Parameters<ClaimQueries["liveAfter"]>) =>
      (await correct.liveAfter(...args)).filter(({ status }) => status === "pending"),
  });

/** A copy of the store, for a later rewind. */
const copyOf = (opened: Drop): MemoryCouponStore => {
  const store = opened.stores.get(drop) as MemoryCouponStore;
  return new MemoryCouponStore(store, [...store.members.values()]);
};

/** A guard, the implementation without it, and a scenario that passes only with it. */
type Control = {
  readonly guard: string;
  readonly without: KnownWrong;
  readonly scenario: (opened: Drop) => Promise<void>;
};

const quantity = 10;

const controls: readonly Control[] = [
  {
    // Negative control: C2
    guard: "reading pending claims again under the coupon's lock",
    without: { settlementWork: readsPendingOnce },
    // An event is delivered at least once. A second delivery must not become a dead letter.
    scenario: async (opened) => {
      const [claim] = await opened.claim(["shopper"]);
      await opened.settled();
      await opened.deliver(createEvent("coupon.reserved", claim as Claim, noon));
      await opened.settled();
      expect(opened.parked).toEqual([]);
    },
  },
  {
    // Negative control: C3
    guard: "committing the row before the 202",
    without: { rows: () => ({ insert: async (admitted) => admitted.map(() => "inserted" as const) }) },
    // C3: every 202 ends in one result, also after the queue was lost.
    scenario: async (opened) => {
      const accepted = await opened.claim(crowd(quantity));
      opened.stores.clear();
      await opened.settled();
      for (let sweeps = 0; sweeps < 3; sweeps += 1) await opened.sweep();
      expect(await opened.statusesOf(accepted)).toEqual(accepted.map(() => "issued"));
    },
  },
  {
    // Negative control: C1
    guard: "counting issued claims in a rebuild",
    without: { claims: forgetsIssued },
    // A sold-out coupon admits no shopper, also after its queue was lost.
    scenario: async (opened) => {
      await opened.claim(crowd(quantity));
      await opened.settled();
      opened.stores.clear();
      expect(await opened.claim(crowd(quantity, "late"))).toEqual([]);
      expect(await opened.audit()).toMatchObject({ balanced: true });
    },
  },
  {
    // Negative control: C4
    guard: "comparing the store with the database in every sweep",
    without: { comparesStores: false },
    // C4: a place that was given back goes to the next shopper, also if a rewind took it again.
    scenario: async (opened) => {
      const failed = await opened.claimThatWillFail("shopper");
      const before = copyOf(opened);
      await opened.sweep();
      expect(await opened.statusesOf([failed])).toEqual(["failed"]);
      opened.stores.set(drop, before);
      for (let sweeps = 0; sweeps < 3; sweeps += 1) await opened.sweep();
      await opened.claim(crowd(2 * quantity, "late"));
      await opened.settled();
      expect(await opened.audit()).toMatchObject({ issued: quantity, balanced: true });
    },
  },
  {
    // Negative control: C4
    guard: "giving back only the failed task's place",
    without: {
      stock: (correct, stores) => ({
        take: (...args) => correct.take(...args),
        giveBack: async (couponId, holders) => {
          const store = stores.get(couponId);
          for (const { userId } of holders) {
            const member = store?.members.get(userId);
            if (member !== undefined) store?.remove(member);
          }
        },
      }),
    },
    // C4: no more shoppers are admitted than there are places, although the failure is delivered twice.
    scenario: async (opened) => {
      const failed = await opened.claimThatWillFail("again");
      await opened.sweep();
      const accepted = await opened.claim(["again"]);
      await opened.settled();
      const settled = { ...failed, status: "failed", reason: "internal" } as const;
      await opened.deliver(settledEvent(settled, 3, noon));
      await opened.settled();
      const others = await opened.claim(crowd(2 * quantity));
      await opened.settled();
      expect(await opened.statusesOf([...accepted, ...others])).toEqual(Array(quantity).fill("issued"));
    },
  },
];

describe.each(controls)("$guard", ({ without, scenario }) => {
  it("keeps the promise", async () => {
    await scenario(await openDrop({}, quantity));
  });

  it("is necessary: without it the promise breaks", async () => {
    await expect(scenario(await openDrop(without, quantity))).rejects.toThrow("expected");
  });
});
