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
import { coupon, couponId, standingClock, userId } from "../../support/drop.js";
import { MemoryEventBus } from "../../support/memory-event-bus.js";
import { migrateForTest } from "../../support/migrated-database.js";

export const drop = couponId("drop");

/** What of the house is swapped for a twin without its guard. */
export type Twins = {
  readonly work?: (right: UnitOfWork) => UnitOfWork;
  readonly rows?: (right: ClaimRows) => ClaimRows;
  readonly claims?: (right: ClaimQueries) => ClaimQueries;
  readonly stock?: (right: CouponStock, stores: MemoryCouponStores) => CouponStock;
  readonly compares?: boolean;
};

/** The use cases of the drop as they are wired, on stores in memory, and what may befall them. */
export const openHouse = async (twins: Twins, quantity: number) => {
  const twin = <T>(right: T, make?: (right: T) => T) => make?.(right) ?? right;
  const db = openDatabase({ kind: "sqlite", file: ":memory:" });
  await migrateForTest(db);
  const clock = standingClock();
  const stores = new MemoryCouponStores();
  const parked: DeadLetter[] = [];
  const bus = new MemoryEventBus({ park: async (letters) => void parked.push(...letters) }, () => 1);
  onTestFinished(async () => {
    await bus.stopConsuming();
    await closeDatabase(db);
  });

  const ports = testPorts(db, clock);
  const { work } = ports;
  const claims = twin<ClaimQueries>(ports.claims, twins.claims);
  const right = new MemoryCouponStock(stores);
  let busIsAway = false;
  const edge: EventBus = Object.assign(Object.create(bus), {
    publish: async (events: readonly DomainEvent[]) => busIsAway || bus.publish(events),
  });
  let tasks = 0;
  const application = openApplication(
    {
      ...ports,
      claims,
      claimRows: twin<ClaimRows>(ports.claimRows, twins.rows),
      queue: new MemoryCouponQueue(stores),
      stock: twins.stock?.(right, stores) ?? right,
      bus,
      newId: () => `task-${++tasks}`,
    },
    { ...testSettings, claimSweepMs: 0 },
    {
      ...useCases,
      storeClaims: withOwn(useCases.storeClaims, { bus: edge }),
      issueCoupon: withOwn(useCases.issueCoupon, { work: twin<UnitOfWork>(work, twins.work) }),
    },
  );
  const { compareStores, sweepClaims } = application;
  const sweepers = [...((twins.compares ?? true) ? [compareStores] : []), sweepClaims];
  await bus.consume(choreograph(application));
  await application.openCoupon.execute(coupon("drop", { quantity }));

  return {
    stores,
    parked,
    audit: () => application.auditCoupon.execute(drop),
    deliver: (event: DomainEvent) => bus.publish([event]),
    /** A claim that nobody hears of, whose settlement has failed three times: the next sweep gives it up. */
    async claimInVain(shopper: string): Promise<Claim> {
      busIsAway = true;
      const [claim] = await this.claim([shopper]);
      busIsAway = false;
      for (let times = 0; times < 3; times += 1)
        await work.run((tx) => tx.claims.countFailure(claim === undefined ? [] : [claim.taskId]));
      return claim as Claim;
    },
    /** Claims for all these shoppers at once, and answers the claims that were accepted. */
    claim: async (shoppers: readonly string[]): Promise<readonly Claim[]> => {
      const answers = await Promise.all(
        shoppers.map((shopper) => application.claimCoupon.execute(drop, userId(shopper)).catch(() => null)),
      );
      return answers.flatMap((answer) => (answer?.accepted ? [answer.claim] : []));
    },
    /** How the claims stand now. */
    endsOf: async (accepted: readonly Claim[]): Promise<readonly Claim["status"][]> =>
      (await claims.byTasks(accepted.map(({ taskId }) => taskId))).map(({ status }) => status),
    /** Until every event has been reacted to, and what the reactions told as well. */
    async quiet() {
      for (let turn = 0; turn < 3; turn += 1) {
        await bus.quiet();
        await application.relayOutbox.execute();
      }
      await bus.quiet();
      clock.at += 2000;
    },
    async sweep() {
      clock.at += 2000;
      for (const sweeper of sweepers) await sweeper.execute();
      await this.quiet();
    },
  };
};

export type House = Awaited<ReturnType<typeof openHouse>>;
