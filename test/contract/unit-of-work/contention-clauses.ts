import { setTimeout } from "node:timers/promises";
import { expect } from "vitest";
import { SqlUnitOfWork } from "../../../src/adapters/sql/sql-unit-of-work.js";
import type { UnitOfWork } from "../../../src/application/ports/unit-of-work.js";
import { settledEvent } from "../../../src/domain/coupon.js";
import { barrierOf, claim, coupon, couponId, noon, openCoupons, rowsIn } from "../../support/coupon-data.js";
import type { Clauses, WorkUnderTest } from "./clauses.js";

const event = (position: number) =>
  settledEvent({ ...claim("a", position), status: "failed", reason: "internal" }, 0, noon);

/** Two transactions lock the same rows in opposite order, so one of them becomes the victim of a deadlock. */
const deadlock = async ({ work, db }: WorkUnderTest): Promise<void> => {
  await openCoupons(db, coupon("a"), coupon("b"));
  const meet = barrierOf(2);
  let attempts = 0;
  const crossing = (position: number, ids: readonly string[]) =>
    work.run(async (tx) => {
      attempts += 1;
      for (const id of ids) {
        await tx.coupons.lock([couponId(id)]);
        await tx.coupons.countIssued(couponId(id), 1);
        await meet();
      }
      await tx.outbox.add([event(position)]);
    });
  await Promise.all([crossing(1, ["a", "b"]), crossing(2, ["b", "a"])]);
  expect(attempts).toBeGreaterThan(2);
  expect(await rowsIn(db, "outbox")).toBe(2);
  expect(await db.knex("coupons").orderBy("coupon_id").pluck("issued")).toEqual([2, 2]);
};

/** SQLite has one writer: a second process finds the file busy when it begins. */
const busy = async ({ work, db, again }: WorkUnderTest): Promise<void> => {
  const other = again?.();
  if (other === undefined) return;
  await openCoupons(db, coupon("a"));
  await db.knex.raw("PRAGMA busy_timeout = 0");
  let waiting: Promise<void> | undefined;
  await new SqlUnitOfWork(other, () => {}).run(async (tx) => {
    await tx.coupons.countIssued(couponId("a"), 1);
    waiting = count(work);
    // The other transaction must find the file busy before this one ends.
    await Promise.race([waiting.catch(() => {}), setTimeout(10)]);
  });
  await waiting;
  expect(await db.knex("coupons").pluck("issued")).toEqual([2]);
};

const count = (work: UnitOfWork) =>
  work.run(async (tx) => {
    await tx.coupons.countIssued(couponId("a"), 1);
  });

export const contentionClauses: Clauses = {
  "runs the whole work again after contention": (under) =>
    under.db.dialect.name === "mysql" ? deadlock(under) : busy(under),

  "never counts above the quantity, with any number of concurrent transactions": async ({ work, db }) => {
    await openCoupons(db, coupon("a", { quantity: 10 }));
    const counted = await Promise.all(
      Array.from({ length: 25 }, () => work.run((tx) => tx.coupons.countIssued(couponId("a"), 1))),
    );
    expect(counted.filter((each) => each)).toHaveLength(10);
    expect(await work.run((tx) => tx.coupons.countIssued(couponId("a"), 1))).toBe(false);
    expect(await db.knex("coupons").pluck("issued")).toEqual([10]);
  },

  "adds a count completely or not at all": async ({ work, db }) => {
    await openCoupons(db, coupon("a", { quantity: 10 }));
    const counts = await work.run(async (tx) => [
      await tx.coupons.countIssued(couponId("a"), 7),
      await tx.coupons.countIssued(couponId("a"), 4),
      await tx.coupons.countIssued(couponId("a"), 3),
    ]);
    expect(counts).toEqual([true, false, true]);
  },
};
