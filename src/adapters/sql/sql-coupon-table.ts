import type { CouponTable, EpochTable } from "../../application/ports/transaction.js";
import type { Coupon } from "../../domain/coupon.js";
import type { CouponId } from "../../domain/ids.js";
import { after, type EpochMs } from "../../domain/time.js";
import { type CouponRecord, couponOf } from "./coupon-record.js";
import { insertIfNew, insertRows } from "./insert-rows.js";
import { changeRows, lockRows, selectRows } from "./statements.js";
import type { Statements } from "./transaction.js";

/** A rebuild is marked for seconds. A mark further ahead is from a wrong clock. */
const longestRebuildTermMs = 30_000;

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
    if (isNew) await insertRows(this.trx, "coupon_epochs", ["coupon_id", "epoch"], [[coupon_id, 0]]);
    return isNew;
  }

  async find(couponId: CouponId): Promise<Coupon | undefined> {
    const sql = "SELECT * FROM coupons WHERE coupon_id = ?";
    const [row] = await selectRows<CouponRecord>(this.trx, sql, [couponId]);
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
    const [row] = await selectRows<{ epoch: number; rebuilding_until: number }>(
      this.trx,
      "SELECT epoch, rebuilding_until FROM coupon_epochs WHERE coupon_id = ?",
      [couponId],
    );
    if (row === undefined) return undefined;
    const { epoch, rebuilding_until: until } = row;
    return { epoch, rebuilding: until > now && until <= after(now, longestRebuildTermMs) };
  }

  async raise(couponId: CouponId, from: number, to: number, until: EpochMs): Promise<boolean> {
    const changed = await changeRows(
      this.trx,
      "UPDATE coupon_epochs SET epoch = ?, rebuilding_until = ? WHERE coupon_id = ? AND epoch = ?",
      [to, until, couponId, from],
    );
    return changed === 1;
  }

  async markRebuild(couponId: CouponId, epoch: number, until: EpochMs): Promise<void> {
    const sql = "UPDATE coupon_epochs SET rebuilding_until = ? WHERE coupon_id = ? AND epoch = ?";
    await changeRows(this.trx, sql, [until, couponId, epoch]);
  }
}
