import type { ClaimCounts, ClaimQueries, Period } from "../../application/ports/claim-queries.js";
import type { Claim, LiveClaim, PendingClaim } from "../../domain/coupon.js";
import type { CouponId, TaskId, UserId } from "../../domain/ids.js";
import { type ClaimRecord, claimColumns, claimOf, liveOf, pendingOf } from "./claim-record.js";
import { type Database, read } from "./database.js";

/** Reads claims. Each method is one query on an index. */
export class SqlClaimQueries implements ClaimQueries {
  private readonly db: Database;

  constructor(db: Database) {
    this.db = db;
  }

  async byTasks(taskIds: readonly TaskId[]): Promise<readonly Claim[]> {
    if (taskIds.length === 0) return [];
    return (await read<ClaimRecord[]>(this.claims().whereIn("task_id", taskIds))).map(claimOf);
  }

  async live(couponId: CouponId, userId: UserId): Promise<LiveClaim | undefined> {
    const row = await read<ClaimRecord | undefined>(
      this.claims().where({ coupon_id: couponId, user_id: userId, live: 1 }).first(),
    );
    return row && liveOf(row);
  }

  async latest(couponId: CouponId, userId: UserId): Promise<Claim | undefined> {
    const row = await read<ClaimRecord | undefined>(
      this.claims()
        .where({ coupon_id: couponId, user_id: userId })
        .orderBy([
          { column: "live", order: "desc" },
          { column: "position", order: "desc" },
        ])
        .first(),
    );
    return row && claimOf(row);
  }

  async liveAfter(couponId: CouponId, position: number, limit: number): Promise<readonly LiveClaim[]> {
    const rows = await read<ClaimRecord[]>(
      this.claims()
        .where({ coupon_id: couponId, live: 1 })
        .andWhere("position", ">", position)
        .orderBy("position")
        .limit(limit),
    );
    return rows.map(liveOf);
  }

  async highestPosition(couponId: CouponId): Promise<number> {
    const row = await read<{ highest: number | null } | undefined>(
      this.db.knex("coupon_claims").where("coupon_id", couponId).max({ highest: "position" }).first(),
    );
    return row?.highest ?? 0;
  }

  async unsettled(
    recently: Period,
    last: Pick<PendingClaim, "couponId" | "taskId"> | null,
    limit: number,
  ): Promise<readonly PendingClaim[]> {
    const rows = this.claims()
      .where("status", "pending")
      .whereNotBetween("created_at", [recently.from, recently.to])
      .orderBy(["coupon_id", "task_id"])
      .limit(limit);
    if (last !== null)
      rows.andWhere((later) =>
        later
          .where("coupon_id", ">", last.couponId)
          .orWhere((same) => same.where("coupon_id", last.couponId).andWhere("task_id", ">", last.taskId)),
      );
    return (await read<ClaimRecord[]>(rows)).map(pendingOf);
  }

  async counts(couponId: CouponId): Promise<ClaimCounts> {
    const rows = await read<{ status: Claim["status"]; n: number }[]>(
      this.db.knex("coupon_claims").select("status").count({ n: "*" }).where("coupon_id", couponId).groupBy("status"),
    );
    const count = (status: Claim["status"]) => Number(rows.find((row) => row.status === status)?.n ?? 0);
    return { pending: count("pending"), issued: count("issued"), failed: count("failed") };
  }

  private claims() {
    return this.db.knex("coupon_claims").select(claimColumns);
  }
}
