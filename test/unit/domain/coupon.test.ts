import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type Coupon,
  type PendingClaim,
  sameCoupon,
  settle,
  stateAt,
  type Unsettled,
  windowAt,
} from "../../../src/domain/coupon.js";
import type { CouponId, TaskId, UserId } from "../../../src/domain/ids.js";
import type { EpochMs } from "../../../src/domain/time.js";

const at = (ms: number) => ms as EpochMs;
const coupon = (change: Partial<Coupon> = {}): Coupon => ({
  couponId: "c" as CouponId,
  name: "Ten off",
  quantity: 3,
  discount: { type: "percent", value: 10 },
  opensAt: at(1000),
  closesAt: at(2000),
  ...change,
});
const claim = (position: number, user = `u${position}`): PendingClaim => ({
  taskId: `t${position}` as TaskId,
  couponId: "c" as CouponId,
  userId: user as UserId,
  position,
  status: "pending",
});
const unsettled = (position: number, failures = 0): Unsettled => ({ claim: claim(position), failures });
const kinds = (verdicts: ReturnType<typeof settle>) => Object.fromEntries([...verdicts].map(([id, v]) => [id, v.kind]));
const noOthers = { holders: new Set<UserId>(), unsettledBefore: new Map<number, number>() };

describe("a coupon's window", () => {
  it.each([
    [999, "before", "scheduled"],
    [1000, "open", "open"],
    [1999, "open", "open"],
    [2000, "after", "closed"],
  ] as const)("at %i ms is %s", (now, window, state) => {
    expect(windowAt(coupon(), at(now))).toBe(window);
    expect(stateAt(coupon(), 1, at(now))).toBe(state);
  });

  it("is always open without bounds, and sold out when nothing remains", () => {
    const unbounded = coupon({ opensAt: null, closesAt: null });
    expect(windowAt(unbounded, at(0))).toBe("open");
    expect(stateAt(unbounded, 0, at(0))).toBe("sold-out");
  });

  it("is sold out only while it is open", () => {
    expect(stateAt(coupon(), 0, at(0))).toBe("scheduled");
    expect(stateAt(coupon(), 0, at(5000))).toBe("closed");
  });
});

describe("sameCoupon", () => {
  it("compares every field", () => {
    expect(sameCoupon(coupon(), coupon())).toBe(true);
    for (const change of [
      { name: "Other" },
      { quantity: 4 },
      { discount: { type: "percent", value: 11 } },
      { discount: { type: "fixed", value: 10 } },
      { opensAt: null },
      { closesAt: at(2001) },
    ] as Partial<Coupon>[])
      expect(sameCoupon(coupon(), coupon(change))).toBe(false);
  });
});

describe("settle", () => {
  it("issues in order of position, as far as the quantity reaches", () => {
    const verdicts = settle([unsettled(3), unsettled(1), unsettled(4), unsettled(2)], {
      quantity: 3,
      issued: 0,
      ...noOthers,
    });
    expect(kinds(verdicts)).toEqual({ t1: "issue", t2: "issue", t3: "issue", t4: "fail" });
  });

  it("makes a position beyond the quantity wait for smaller pending ones", () => {
    const facts = { quantity: 3, issued: 2, holders: noOthers.holders, unsettledBefore: new Map([[5, 1]]) };
    expect(kinds(settle([unsettled(5)], facts))).toEqual({ t5: "wait" });
    expect(kinds(settle([unsettled(5)], { ...facts, unsettledBefore: new Map([[5, 0]]) }))).toEqual({ t5: "issue" });
  });

  it("fails a shopper who has the coupon, and no other claim", () => {
    const holders = new Set(["u1" as UserId]);
    const verdicts = settle([unsettled(1), unsettled(2)], { ...noOthers, quantity: 3, issued: 1, holders });
    expect(verdicts.get("t1" as TaskId)).toEqual({ kind: "fail", reason: "coupon-already-issued" });
    expect(verdicts.get("t2" as TaskId)).toEqual({ kind: "issue" });
  });

  it("fails a claim after three failures", () => {
    const verdicts = settle([unsettled(1, 3), unsettled(2, 2)], { quantity: 3, issued: 0, ...noOthers });
    expect(verdicts.get("t1" as TaskId)).toEqual({ kind: "fail", reason: "internal" });
    expect(verdicts.get("t2" as TaskId)).toEqual({ kind: "issue" });
  });

  it("never issues more than the quantity, nor a larger position while a smaller one fails", () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.integer({ min: 1, max: 40 }), { maxLength: 20 }),
        fc.integer({ min: 1, max: 20 }),
        fc.nat(20),
        (positions, quantity, before) => {
          const issued = Math.min(before, quantity);
          const verdicts = settle(
            positions.map((p) => unsettled(p)),
            { quantity, issued, ...noOthers },
          );
          const withVerdict = (kind: string) => positions.filter((p) => verdicts.get(`t${p}` as TaskId)?.kind === kind);
          expect(issued + withVerdict("issue").length).toBeLessThanOrEqual(quantity);
          expect(Math.max(0, ...withVerdict("issue"))).toBeLessThan(
            Math.min(Number.POSITIVE_INFINITY, ...withVerdict("fail")),
          );
          expect(verdicts.size).toBe(positions.length);
        },
      ),
    );
  });
});
