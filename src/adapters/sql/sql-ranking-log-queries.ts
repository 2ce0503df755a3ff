import type { Knex } from "knex";
import type { Page } from "../../application/ports/page.js";
import type { ComparedClaim, RankingLogEntry, RankingLogQueries } from "../../application/ports/ranking-log-queries.js";
import type { CouponId, TaskId, UserId } from "../../domain/ids.js";
import type { ClaimFailure } from "../../domain/reasons.js";
import type { EpochMs } from "../../domain/time.js";
import { type ClaimRecord, claimColumns, claimOf } from "./claim-record.js";
import { type List, readPage } from "./cursor.js";
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

/** In the order of writing. */
const rankingLogs: List = { name: "ranking-logs", order: { id: "number" } };

/** Reads of the ranking log. */
export class SqlRankingLogQueries implements RankingLogQueries {
  private readonly db: Database;

  constructor(db: Database) {
    this.db = db;
  }

  list(
    couponId: CouponId | null,
    cursor: string | null,
    limit: number,
  ): Promise<Page<RankingLogEntry & { readonly id: string }> | undefined> {
    const rows: Knex.QueryBuilder = this.db.knex("ranking_logs");
    if (couponId !== null) rows.where("coupon_id", couponId);
    return readPage<LogRecord, RankingLogEntry & { readonly id: string }>(rows, rankingLogs, cursor, limit, (row) => ({
      id: String(row.id),
      taskId: row.task_id,
      userId: row.user_id,
      couponId: row.coupon_id,
      position: row.position,
      status: row.status,
      ...(row.reason !== null && { reason: row.reason }),
      retryCount: row.retry_count,
      at: row.recorded_at,
    }));
  }

  async compareAfter(after: TaskId | null, limit: number): Promise<readonly ComparedClaim[]> {
    const rows = await read<ComparedRecord[]>(
      this.db
        .knex("coupon_claims as c")
        .leftJoin("ranking_logs as l", "l.task_id", "c.task_id")
        .select([...claimColumns.map((column) => `c.${column}`), "c.settled_at", "l.id as log_id"])
        .where("c.task_id", ">", after ?? "")
        .orderBy("c.task_id")
        .limit(limit),
    );
    return rows.map((row) => ({ taskId: row.task_id, entry: entryOf(row), isLogged: row.log_id !== null }));
  }
}

type ComparedRecord = ClaimRecord & { readonly settled_at: EpochMs | null; readonly log_id: number | null };

const entryOf = (row: ComparedRecord): RankingLogEntry | null => {
  const claim = claimOf(row);
  if (claim.status === "pending" || row.settled_at === null) return null;
  const { taskId, userId, couponId, position } = claim;
  const facts = { taskId, userId, couponId, position, retryCount: row.failures, at: row.settled_at };
  return claim.status === "issued"
    ? { ...facts, status: "ISSUED" }
    : { ...facts, status: "FAILED", reason: claim.reason };
};
