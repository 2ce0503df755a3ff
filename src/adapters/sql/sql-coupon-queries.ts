import type { Knex } from "knex";
import { LRUCache } from "lru-cache";
import type {
  CountedCoupon,
  CouponQueries,
  ExpectedStore,
  UserCoupon,
} from "../../application/ports/coupon-queries.js";
import type { Page } from "../../application/ports/page.js";
import type { Coupon } from "../../domain/coupon.js";
import type { CouponId, UserCouponId, UserId } from "../../domain/ids.js";
import type { EpochMs } from "../../domain/time.js";
import { type CouponRecord, couponOf } from "./coupon-record.js";
import { type List, readPage } from "./cursor.js";
import { type Database, read } from "./database.js";

type CountedRecord = CouponRecord & { readonly pending: number };
type ExpectedRecord = CountedRecord & { readonly epoch: number; readonly highest: number | null };
type UserCouponRecord = {
  readonly user_coupon_id: UserCouponId;
  readonly coupon_id: CouponId;
  readonly user_id: UserId;
  readonly position: number;
  readonly status: UserCoupon["status"];
  readonly issued_at: EpochMs;
};

const countedOf = (row: CountedRecord): CountedCoupon => ({
  coupon: couponOf(row),
  pending: Number(row.pending),
  issued: row.issued,
});

const coupons: List = { name: "coupons", order: { created_at: "number", coupon_id: "string" } };
const userCoupons: List = { name: "user-coupons", order: { user_coupon_id: "string" } };

/** Reads coupons. Definitions never change, so they are cached. */
export class SqlCouponQueries implements CouponQueries {
  private readonly cached = new LRUCache<CouponId, Coupon>({ max: 10_000 });
  private readonly db: Database;

  constructor(db: Database) {
    this.db = db;
  }

  async find(couponId: CouponId): Promise<Coupon | undefined> {
    const cached = this.cached.get(couponId);
    if (cached !== undefined) return cached;
    const row = await read<CouponRecord | undefined>(this.db.knex("coupons").where("coupon_id", couponId).first());
    if (row === undefined) return undefined;
    const coupon = couponOf(row);
    this.cached.set(couponId, coupon);
    return coupon;
  }

  async counted(couponId: CouponId): Promise<CountedCoupon | undefined> {
    const row = await read<CountedRecord | undefined>(this.withCounts().where("coupons.coupon_id", couponId).first());
    return row && countedOf(row);
  }

  list(cursor: string | null, limit: number): Promise<Page<CountedCoupon> | undefined> {
    return readPage(this.withCounts(), coupons, cursor, limit, countedOf);
  }

  ofUser(userId: UserId, cursor: string | null, limit: number): Promise<Page<UserCoupon> | undefined> {
    const rows = this.db.knex("user_coupons").where("user_id", userId);
    return readPage<UserCouponRecord, UserCoupon>(rows, userCoupons, cursor, limit, (row) => ({
      userCouponId: row.user_coupon_id,
      couponId: row.coupon_id,
      userId: row.user_id,
      position: row.position,
      status: row.status,
      issuedAt: row.issued_at,
    }));
  }

  async openAfter(afterId: CouponId | null, now: EpochMs, limit: number): Promise<readonly ExpectedStore[]> {
    const { knex } = this.db;
    const epoch = knex("coupon_epochs").select("epoch").whereRaw("coupon_epochs.coupon_id = coupons.coupon_id");
    const highest = knex("coupon_claims").max("position").whereRaw("coupon_claims.coupon_id = coupons.coupon_id");
    const rows = this.withCounts()
      .select({ epoch, highest })
      .where((open) => open.whereNull("closes_at").orWhere("closes_at", ">", now))
      .andWhere("coupons.coupon_id", ">", afterId ?? "")
      .orderBy("coupon_id")
      .limit(limit);
    return (await read<ExpectedRecord[]>(rows)).map((row) => ({
      couponId: row.coupon_id,
      epoch: row.epoch,
      highestPosition: row.highest ?? 0,
      pending: Number(row.pending),
      issued: row.issued,
    }));
  }

  private withCounts(): Knex.QueryBuilder {
    const { knex } = this.db;
    const pending = knex("coupon_claims")
      .count("*")
      .where("status", "pending")
      .whereRaw("coupon_claims.coupon_id = coupons.coupon_id");
    return knex("coupons").select("coupons.*", { pending });
  }
}
