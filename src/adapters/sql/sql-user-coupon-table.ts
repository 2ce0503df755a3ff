import type { HeldCoupon, UserCouponTable } from "../../application/ports/user-coupon-table.js";
import type { Discount } from "../../domain/coupon.js";
import type { CouponId, OrderId, UserCouponId, UserId } from "../../domain/ids.js";
import { lockRows, selectRows } from "./by-hand.js";
import type { Statements } from "./transaction.js";

type HeldRecord = {
  readonly user_coupon_id: UserCouponId;
  readonly coupon_id: CouponId;
  readonly user_id: UserId;
  readonly order_id: OrderId | null;
};

const held =
  "SELECT user_coupon_id, coupon_id, user_id, order_id FROM user_coupons WHERE user_coupon_id IN (?) ORDER BY user_coupon_id";

/** Shoppers' coupons, in one transaction. */
export class SqlUserCouponTable implements UserCouponTable {
  private readonly trx: Statements;

  constructor(trx: Statements) {
    this.trx = trx;
  }

  async byIds(userCouponIds: readonly UserCouponId[]): Promise<readonly HeldCoupon[]> {
    return this.withDiscounts(await selectRows(this.trx, held, [userCouponIds]));
  }

  async lock(userCouponIds: readonly UserCouponId[]): Promise<readonly HeldCoupon[]> {
    return this.withDiscounts(await lockRows(this.trx, held, [userCouponIds]));
  }

  async redeem(uses: readonly { userCouponId: UserCouponId; orderId: OrderId }[]): Promise<void> {
    if (uses.length === 0) return;
    const cases = uses.map(() => "WHEN ? THEN ?").join(" ");
    const values = uses.flatMap(({ userCouponId, orderId }) => [userCouponId, orderId]);
    const redeemed = await this.trx("user_coupons")
      .whereIn(
        "user_coupon_id",
        uses.map(({ userCouponId }) => userCouponId),
      )
      .whereNull("order_id")
      .update({ status: "used", order_id: this.trx.raw(`CASE user_coupon_id ${cases} END`, values) });
    if (redeemed !== uses.length) throw new Error(`${uses.length} coupons to redeem, ${redeemed} of them free`);
  }

  async giveBack(orderIds: readonly OrderId[]): Promise<void> {
    await this.trx("user_coupons").whereIn("order_id", orderIds).update({ status: "issued", order_id: null });
  }

  /** By a query of its own: in a join, the lock would hold settlement's rows as well. */
  private async withDiscounts(rows: readonly HeldRecord[]): Promise<readonly HeldCoupon[]> {
    if (rows.length === 0) return [];
    const coupons: { coupon_id: CouponId; discount_type: string; discount_value: number }[] = await this.trx("coupons")
      .select("coupon_id", "discount_type", "discount_value")
      .whereIn("coupon_id", [...new Set(rows.map(({ coupon_id }) => coupon_id))]);
    const discounts = new Map(
      coupons.map(({ coupon_id, discount_type: type, discount_value: value }) => [
        coupon_id,
        { type, value } as Discount,
      ]),
    );
    return rows.map((row) => ({
      userCouponId: row.user_coupon_id,
      userId: row.user_id,
      orderId: row.order_id,
      discount: discounts.get(row.coupon_id) as Discount,
    }));
  }
}
