import type { CouponId } from "../../domain/ids.js";

/** Groups things by coupon, in ascending order of the coupon's id (the order in which rows are locked). */
export const byCoupon = <T extends { readonly couponId: CouponId }>(
  things: readonly T[],
): readonly [CouponId, T[]][] => {
  const groups = new Map<CouponId, T[]>();
  for (const thing of things) {
    const group = groups.get(thing.couponId);
    if (group === undefined) groups.set(thing.couponId, [thing]);
    else group.push(thing);
  }
  return [...groups].sort(([a], [b]) => (a < b ? -1 : 1));
};
