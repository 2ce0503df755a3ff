import type { Knex } from "knex";
import type { HeldCoupon, UserCouponTable } from "../../application/ports/user-coupon-table.js";
import type { Discount } from "../../domain/coupon.js";
import type { CouponId, OrderId, UserCouponId, UserId } from "../../domain/ids.js";
import type { Dialect } from "./database.js";

type HeldRecord = {
  readonly user_coupon_id: UserCouponId;
  readonly coupon_id: CouponId;
  readonly user_id: UserId;
  readonly order_id: OrderId | null;
};

/** Shoppers' coupons, in one transaction. */
export class SqlUserCouponTable implements UserCouponTable {
  private readonly trx: Knex.Transaction;
  private readonly dialect: Dialect;

  constructor(trx: Knex.Transaction, dialect: Dialect) {
    this.trx = trx;
    this.dialect = dialect;
  }

  async byIds(userCouponIds: readonly UserCouponId[]): Promise<readonly HeldCoupon[]> {
    return this.withDiscounts(await this.held(userCouponIds));
  }

  async lock(userCouponIds: readonly UserCouponId[]): Promise<readonly HeldCoupon[]> {
    const rows = this.held(userCouponIds);
    return this.withDiscounts(await (this.dialect === "mysql" ? rows.forUpdate() : rows));
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

  private held(userCouponIds: readonly UserCouponId[]) {
    return this.trx<HeldRecord>("user_coupons")
      .select("user_coupon_id", "coupon_id", "user_id", "order_id")
      .whereIn("user_coupon_id", userCouponIds)
      .orderBy("user_coupon_id");
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
