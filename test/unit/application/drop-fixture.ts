import { onTestFinished } from "vitest";
import { MemoryCouponQueue } from "../../../src/adapters/memory/memory-coupon-queue.js";
import { MemoryCouponStock } from "../../../src/adapters/memory/memory-coupon-stock.js";
import { MemoryCouponStores } from "../../../src/adapters/memory/memory-coupon-stores.js";
import { closeDatabase, openDatabase } from "../../../src/adapters/sql/database.js";
import { choreograph } from "../../../src/application/choreography.js";
import type { ClaimQueries } from "../../../src/application/ports/claim-queries.js";
import type { ClaimRows } from "../../../src/application/ports/claim-rows.js";
import type { CouponStock } from "../../../src/application/ports/coupon-stock.js";
import type { DeadLetter } from "../../../src/application/ports/dead-letters.js";
import type { EventBus } from "../../../src/application/ports/event-bus.js";
import type { UnitOfWork } from "../../../src/application/ports/unit-of-work.js";
import { openApplication } from "../../../src/bootstrap/open-application.js";
import { useCases } from "../../../src/bootstrap/use-cases.js";
import type { Claim } from "../../../src/domain/coupon.js";
import type { DomainEvent } from "../../../src/domain/event.js";
import { testPorts, testSettings, withOwn } from "../../support/application.js";
import { coupon, couponId, manualClock, userId } from "../../support/coupon-data.js";
import { MemoryEventBus } from "../../support/memory-event-bus.js";
import { migrateForTest } from "../../support/migrated-database.js";
import { operator } from "../../support/operator.js";

export const drop = couponId("drop");

/** Replaces ports by implementations that lack a guard. */
export type KnownWrong = {
  readonly settlementWork?: (correct: UnitOfWork) => UnitOfWork;
  readonly rows?: (correct: ClaimRows) => ClaimRows;
  readonly claims?: (correct: ClaimQueries) => ClaimQueries;
  readonly stock?: (correct: CouponStock, stores: MemoryCouponStores) => CouponStock;
  readonly comparesStores?: boolean;
};

/** One node with an open coupon on stores in memory, whose jobs run when the test says so. */
export const openDrop = async (wrong: KnownWrong, quantity: number) => {
  const db = openDatabase({ kind: "sqlite", file: ":memory:" });
  await migrateForTest(db);
  const clock = manualClock();
  const stores = new MemoryCouponStores();
  const parked: DeadLetter[] = [];
  const bus = new MemoryEventBus({ park: async (letters) => void parked.push(...letters) }, () => 1);
  onTestFinished(async () => {
    await bus.stopConsuming();
    await closeDatabase(db);
  });

  let busIsDown = false;
  const publish = async (events: readonly DomainEvent[]) => busIsDown || bus.publish(events);
  const edge: EventBus = Object.assign(Object.create(bus), { publish });
  const correct = testPorts(db, clock);
  const stock = new MemoryCouponStock(stores);
  const ports = {
    ...correct,
    bus,
    queue: new MemoryCouponQueue(stores),
    stock: wrong.stock?.(stock, stores) ?? stock,
    claims: wrong.claims?.(correct.claims) ?? correct.claims,
    claimRows: wrong.rows?.(correct.claimRows) ?? correct.claimRows,
  };
  const settlementWork = wrong.settlementWork?.(correct.work) ?? correct.work;
  const app = openApplication(
    ports,
    { ...testSettings, claimSweepMs: 0 },
    {
      ...useCases,
      insertClaims: withOwn(useCases.insertClaims, { bus: edge }),
      settleClaims: withOwn(useCases.settleClaims, { work: settlementWork }),
    },
  );
  await bus.consume(choreograph(app));
  await app.createCoupon.execute(coupon("drop", { quantity }), operator);

  return {
    stores,
    parked,
    audit: () => app.auditCoupon.execute(drop),
    deliver: (event: DomainEvent) => bus.publish([event]),
    /** A claim whose event is lost and whose settlement has failed three times: the next sweep fails it. */
    async claimThatWillFail(shopper: string): Promise<Claim> {
      busIsDown = true;
      const [claim] = await this.claim([shopper]);
      busIsDown = false;
      if (claim === undefined) throw new Error("the claim was not accepted");
      for (let failures = 0; failures < 3; failures += 1)
        await correct.work.run((tx) => tx.claims.countFailure([claim.taskId]));
      return claim;
    },
    /** Claims for all these shoppers concurrently; returns the accepted claims. */
    claim: async (shoppers: readonly string[]): Promise<readonly Claim[]> => {
      const results = await Promise.all(
        shoppers.map((shopper) => app.claimCoupon.execute(drop, userId(shopper)).catch(() => null)),
      );
      return results.flatMap((result) => (result?.accepted ? [result.claim] : []));
    },
    /** The current status of each claim. */
    statusesOf: async (accepted: readonly Claim[]): Promise<readonly Claim["status"][]> =>
      (await ports.claims.byTasks(accepted.map(({ taskId }) => taskId))).map(({ status }) => status),
    /** Resolves when every event has been processed, and the events of those reactions as well. */
    async settled() {
      for (let turn = 0; turn < 3; turn += 1) {
        await bus.quiet();
        await app.relayOutbox.execute();
      }
      await bus.quiet();
      clock.at += 2000;
    },
    async sweep() {
      clock.at += 2000;
      if (wrong.comparesStores ?? true) await app.compareStores.execute();
      await app.sweepClaims.execute();
      await this.settled();
    },
  };
};

export type Drop = Awaited<ReturnType<typeof openDrop>>;
