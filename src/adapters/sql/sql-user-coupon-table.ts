import type { HeldCoupon, UserCouponTable } from "../../application/ports/user-coupon-table.js";
import type { Discount } from "../../domain/coupon.js";
import type { CouponId, OrderId, UserCouponId, UserId } from "../../domain/ids.js";
import { changeRows, lockRows, selectRows } from "./statements.js";
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
    const redeemed = await changeRows(
      this.trx,
      `UPDATE user_coupons SET status = 'used', order_id = CASE user_coupon_id ${cases} END
       WHERE user_coupon_id IN (?) AND order_id IS NULL`,
      [...values, uses.map(({ userCouponId }) => userCouponId)],
    );
    if (redeemed !== uses.length) throw new Error(`${uses.length} coupons to redeem, ${redeemed} of them free`);
  }

  async giveBack(orderIds: readonly OrderId[]): Promise<void> {
    const sql = "UPDATE user_coupons SET status = 'issued', order_id = NULL WHERE order_id IN (?)";
    await changeRows(this.trx, sql, [orderIds]);
  }

  /** Reads the discounts in a separate query: a lock on a join would also lock the coupons' rows, which settlement needs. */
  private async withDiscounts(rows: readonly HeldRecord[]): Promise<readonly HeldCoupon[]> {
    const coupons = await selectRows<{ coupon_id: CouponId; discount_type: string; discount_value: number }>(
      this.trx,
      "SELECT coupon_id, discount_type, discount_value FROM coupons WHERE coupon_id IN (?)",
      [[...new Set(rows.map(({ coupon_id }) => coupon_id))]],
    );
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
