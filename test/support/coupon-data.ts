import type { Database } from "../../src/adapters/sql/database.js";
import { SqlUnitOfWork } from "../../src/adapters/sql/sql-unit-of-work.js";
import type { Clock } from "../../src/application/ports/clock.js";
import type { Coupon, PendingClaim } from "../../src/domain/coupon.js";
import type { CouponId, TaskId, UserId } from "../../src/domain/ids.js";
import type { Money } from "../../src/domain/money.js";
import type { EpochMs } from "../../src/domain/time.js";

/** The time of the database tests. */
export const noon = Date.UTC(2026, 10, 21, 12) as EpochMs;

/** A clock that a test moves. */
export const manualClock = (at: EpochMs = noon): Clock & { at: number } => {
  const clock = { at: at as number, now: () => clock.at as EpochMs };
  return clock;
};

/** Ids are written as plain text in tests. */
export const couponId = (id: string) => id as CouponId;
export const taskId = (id: string) => id as TaskId;
export const userId = (id: string) => id as UserId;

/** A coupon of quantity 10 that is always open, unless `facts` says otherwise. */
export const coupon = (id: string, facts: Partial<Coupon> = {}): Coupon => ({
  couponId: couponId(id),
  name: `Coupon ${id}`,
  quantity: 10,
  discount: { type: "fixed", value: 1000 as Money },
  opensAt: null,
  closesAt: null,
  ...facts,
});

/** The claim at a position, of a shopper and a task that are named after it. */
export const claim = (id: string, position: number, facts: Partial<PendingClaim> = {}): PendingClaim => ({
  taskId: taskId(`${id}-task-${position}`),
  couponId: couponId(id),
  userId: userId(`${id}-shopper-${position}`),
  position,
  status: "pending",
  ...facts,
});

/** The claims at positions 1 to `count`. */
export const claimsOf = (id: string, count: number): readonly PendingClaim[] =>
  Array.from({ length: count }, (_, index) => claim(id, index + 1));

/** Opens coupons as the use case does. */
export const openCoupons = (db: Database, ...coupons: readonly Coupon[]): Promise<void> =>
  new SqlUnitOfWork(db, () => {}).run(async (tx) => {
    for (const each of coupons) await tx.coupons.add(each, noon);
  });

/** Inserts claims without the adapter under test. */
export const insertClaims = async (
  db: Database,
  claims: readonly PendingClaim[],
  columns: Readonly<Record<string, unknown>> = {},
): Promise<void> => {
  const rows = claims.map((each) => ({
    task_id: each.taskId,
    coupon_id: each.couponId,
    user_id: each.userId,
    position: each.position,
    status: "pending",
    live: 1,
    created_at: noon,
    ...columns,
  }));
  await db.knex.batchInsert("coupon_claims", rows, 500);
};

/** Counts the rows of a table. */
export const rowsIn = async (db: Database, table: string): Promise<number> =>
  Number((await db.knex(table).count({ n: "*" }))[0]?.n);

/** Returns a function that resolves when it was called `count` times, so that a race happens at the same point every time. */
export const barrierOf = (count: number): (() => Promise<void>) => {
  let arrived = 0;
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return () => {
    arrived += 1;
    if (arrived === count) open();
    return opened;
  };
};
