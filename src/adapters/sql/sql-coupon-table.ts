import type { CouponTable, EpochTable } from "../../application/ports/transaction.js";
import type { Coupon } from "../../domain/coupon.js";
import type { CouponId } from "../../domain/ids.js";
import type { EpochMs } from "../../domain/time.js";
import { type CouponRecord, couponOf } from "./coupon-record.js";
import { insertIfNew } from "./insert-rows.js";
import { changeRows, lockRows } from "./statements.js";
import type { Statements } from "./transaction.js";

/** Coupons and their epochs, in one transaction. */
export class SqlCouponTable implements CouponTable {
  private readonly trx: Statements;

  constructor(trx: Statements) {
    this.trx = trx;
  }

  async add(coupon: Coupon, at: EpochMs): Promise<boolean> {
    const { couponId: coupon_id, name, quantity, discount, opensAt, closesAt } = coupon;
    const isNew = await insertIfNew(this.trx, "coupons", {
      coupon_id,
      name,
      quantity,
      discount_type: discount.type,
      discount_value: discount.value,
      opens_at: opensAt,
      closes_at: closesAt,
      created_at: at,
    });
    if (isNew) await this.trx("coupon_epochs").insert({ coupon_id, epoch: 0 });
    return isNew;
  }

  async find(couponId: CouponId): Promise<Coupon | undefined> {
    const row: CouponRecord | undefined = await this.trx("coupons").where("coupon_id", couponId).first();
    return row && couponOf(row);
  }

  async lock(couponIds: readonly CouponId[]): Promise<readonly { coupon: Coupon; issued: number }[]> {
    const locked = await lockRows<CouponRecord>(
      this.trx,
      "SELECT * FROM coupons WHERE coupon_id IN (?) ORDER BY coupon_id",
      [couponIds],
    );
    return locked.map((row) => ({ coupon: couponOf(row), issued: row.issued }));
  }

  async countIssued(couponId: CouponId, count: number): Promise<boolean> {
    const changed = await changeRows(
      this.trx,
      "UPDATE coupons SET issued = issued + ? WHERE coupon_id = ? AND issued + ? <= quantity",
      [count, couponId, count],
    );
    return changed === 1;
  }
}

/** Queue epochs, in one transaction. */
export class SqlEpochTable implements EpochTable {
  private readonly trx: Statements;

  constructor(trx: Statements) {
    this.trx = trx;
  }

  async read(couponId: CouponId, now: EpochMs): Promise<{ epoch: number; rebuilding: boolean } | undefined> {
    const row = await this.trx("coupon_epochs").where("coupon_id", couponId).first();
    return row && { epoch: row.epoch, rebuilding: row.rebuilding_until > now };
  }

  async raise(couponId: CouponId, from: number, to: number, until: EpochMs): Promise<boolean> {
    const changed = await this.trx("coupon_epochs")
      .where({ coupon_id: couponId, epoch: from })
      .update({ epoch: to, rebuilding_until: until });
    return changed === 1;
  }

  async markRebuild(couponId: CouponId, epoch: number, until: EpochMs): Promise<void> {
    await this.trx("coupon_epochs").where({ coupon_id: couponId, epoch }).update({ rebuilding_until: until });
  }
}
