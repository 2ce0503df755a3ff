import { onTestFinished } from "vitest";
import { MemoryCouponQueue } from "../../../src/adapters/memory/memory-coupon-queue.js";
import { MemoryCouponStock } from "../../../src/adapters/memory/memory-coupon-stock.js";
import { MemoryCouponStores } from "../../../src/adapters/memory/memory-coupon-stores.js";
import { memoryTaskNotices } from "../../../src/adapters/memory/memory-notices.js";
import { closeDatabase, openDatabase } from "../../../src/adapters/sql/database.js";
import { SqlClaimQueries } from "../../../src/adapters/sql/sql-claim-queries.js";
import { SqlClaimRows } from "../../../src/adapters/sql/sql-claim-rows.js";
import { SqlCouponQueries } from "../../../src/adapters/sql/sql-coupon-queries.js";
import { SqlOutboxRows } from "../../../src/adapters/sql/sql-outbox-rows.js";
import { SqlUnitOfWork } from "../../../src/adapters/sql/sql-unit-of-work.js";
import { systemTimers } from "../../../src/adapters/system/system-timers.js";
import { choreograph, type Reactions } from "../../../src/application/choreography.js";
import { AdmitClaims } from "../../../src/application/coupon/admit-claims.js";
import { AuditCoupon } from "../../../src/application/coupon/audit-coupon.js";
import { ClaimCoupon } from "../../../src/application/coupon/claim-coupon.js";
import { CompareStores } from "../../../src/application/coupon/compare-stores.js";
import { IssueCoupon } from "../../../src/application/coupon/issue-coupon.js";
import { LogClaims } from "../../../src/application/coupon/log-claims.js";
import { OpenCoupon } from "../../../src/application/coupon/open-coupon.js";
import { RebuildQueue } from "../../../src/application/coupon/rebuild-queue.js";
import { ReserveCoupon } from "../../../src/application/coupon/reserve-coupon.js";
import { ReturnPlaces } from "../../../src/application/coupon/return-places.js";
import { StoreClaims } from "../../../src/application/coupon/store-claims.js";
import { SweepClaims } from "../../../src/application/coupon/sweep-claims.js";
import { RelayOutbox } from "../../../src/application/outbox/relay-outbox.js";
import type { ClaimQueries } from "../../../src/application/ports/claim-queries.js";
import type { ClaimRows } from "../../../src/application/ports/claim-rows.js";
import type { CouponStock } from "../../../src/application/ports/coupon-stock.js";
import type { DeadLetter } from "../../../src/application/ports/dead-letters.js";
import type { EventBus } from "../../../src/application/ports/event-bus.js";
import type { UnitOfWork } from "../../../src/application/ports/unit-of-work.js";
import type { Claim } from "../../../src/domain/coupon.js";
import type { DomainEvent } from "../../../src/domain/event.js";
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

  const work = new SqlUnitOfWork(db, () => {});
  const coupons = new SqlCouponQueries(db);
  const claims = twin<ClaimQueries>(new SqlClaimQueries(db), twins.claims);
  const rows = twin<ClaimRows>(new SqlClaimRows(db, clock), twins.rows);
  const queue = new MemoryCouponQueue(stores);
  const right = new MemoryCouponStock(stores);
  const stock = twins.stock?.(right, stores) ?? right;
  const notices = memoryTaskNotices();
  const rebuild = new RebuildQueue(work, coupons, claims, queue, clock);
  let busIsAway = false;
  const edge: EventBus = Object.assign(Object.create(bus), {
    publish: async (events: readonly DomainEvent[]) => busIsAway || bus.publish(events),
  });
  let tasks = 0;
  const store = new StoreClaims(rows, claims, queue, edge, clock);
  const admit = new AdmitClaims({ queue, stock, claims, rebuild, store }, clock, () => `task-${++tasks}`);
  const claimCoupon = new ClaimCoupon(coupons, claims, admit, clock, systemTimers);
  const issueCoupon = new IssueCoupon(twin<UnitOfWork>(work, twins.work), notices, clock);
  const sweepers = [
    ...((twins.compares ?? true) ? [new CompareStores({ coupons, claims, rows, queue, stock }, rebuild, clock)] : []),
    new SweepClaims(claims, stock, issueCoupon, clock, 0),
  ];
  const relay = new RelayOutbox(new SqlOutboxRows(db, clock), bus);
  const audit = new AuditCoupon(coupons, claims, queue, rebuild);
  await bus.consume(
    choreograph({
      reserveCoupon: new ReserveCoupon(stock, bus, clock),
      issueCoupon,
      returnPlaces: new ReturnPlaces(stock),
      logClaims: new LogClaims(work),
    } as Partial<Reactions> as Reactions),
  );
  await new OpenCoupon(work, rebuild, clock).execute(coupon("drop", { quantity }));

  return {
    stores,
    parked,
    audit: () => audit.execute(drop),
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
        shoppers.map((shopper) => claimCoupon.execute(drop, userId(shopper)).catch(() => null)),
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
        await relay.execute();
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
