import type { Page } from "../../application/ports/page.js";
import type { RankingLogEntry, RankingLogQueries } from "../../application/ports/ranking-log-queries.js";
import type { CouponId, TaskId, UserId } from "../../domain/ids.js";
import type { ClaimFailure } from "../../domain/reasons.js";
import type { EpochMs } from "../../domain/time.js";
import { cursorOf, orderOf, pageOf } from "./cursor.js";
import { type Database, read } from "./database.js";

type LogRecord = {
  readonly id: number;
  readonly task_id: TaskId;
  readonly user_id: UserId;
  readonly coupon_id: CouponId;
  readonly position: number;
  readonly status: RankingLogEntry["status"];
  readonly reason: ClaimFailure | null;
  readonly retry_count: number;
  readonly recorded_at: EpochMs;
};

/** Reads of the ranking log, by the order in which its rows were written. */
export class SqlRankingLogQueries implements RankingLogQueries {
  private readonly db: Database;

  constructor(db: Database) {
    this.db = db;
  }

  async list(
    couponId: CouponId | null,
    cursor: string | null,
    limit: number,
  ): Promise<Page<RankingLogEntry & { readonly id: string }> | undefined> {
    const rows = this.db
      .knex("ranking_logs")
      .orderBy("id")
      .limit(limit + 1);
    if (couponId !== null) rows.where("coupon_id", couponId);
    if (cursor !== null) {
      const order = orderOf("ranking-logs", cursor, ["number"]);
      if (order === undefined) return undefined;
      rows.where("id", ">", Number(order[0]));
    }
    return pageOf(
      await read<LogRecord[]>(rows),
      limit,
      (row) => ({
        id: String(row.id),
        taskId: row.task_id,
        userId: row.user_id,
        couponId: row.coupon_id,
        position: row.position,
        status: row.status,
        ...(row.reason !== null && { reason: row.reason }),
        retryCount: row.retry_count,
        at: row.recorded_at,
      }),
      (row) => cursorOf("ranking-logs", row.id),
    );
  }
}
