import type { AdminLog } from "../../application/ports/admin-log.js";
import type { AdminLogQueries } from "../../application/ports/admin-log-queries.js";
import type { Page } from "../../application/ports/page.js";
import type { AdminAction, AdminLogEntry, Operator } from "../../domain/admin-log.js";
import type { UserId } from "../../domain/ids.js";
import type { EpochMs } from "../../domain/time.js";
import { type List, readPage } from "./cursor.js";
import type { Database } from "./database.js";
import { insertRows } from "./insert-rows.js";
import type { Statements } from "./transaction.js";

const columns = ["user_id", "request_id", "admin_action", "thing", "recorded_at"];

/** The admin log, in one transaction. */
export class SqlAdminLog implements AdminLog {
  private readonly trx: Statements;

  constructor(trx: Statements) {
    this.trx = trx;
  }

  add({ userId, requestId }: Operator, action: AdminAction, thing: string, at: EpochMs): Promise<void> {
    return insertRows(this.trx, "admin_log", columns, [[userId, requestId, action, thing, at]]);
  }
}

type LogRecord = {
  readonly id: number;
  readonly user_id: UserId | null;
  readonly request_id: string;
  readonly admin_action: AdminAction;
  readonly thing: string;
  readonly recorded_at: EpochMs;
};
type Listed = AdminLogEntry & { readonly id: string };

const adminLog: List = { name: "admin-log", order: { id: "number" }, newestFirst: true };

/** Reads of the admin log. */
export class SqlAdminLogQueries implements AdminLogQueries {
  private readonly db: Database;

  constructor(db: Database) {
    this.db = db;
  }

  list(cursor: string | null, limit: number): Promise<Page<Listed> | undefined> {
    return readPage<LogRecord, Listed>(this.db.knex("admin_log"), adminLog, cursor, limit, (row) => ({
      id: String(row.id),
      userId: row.user_id,
      requestId: row.request_id,
      action: row.admin_action,
      thing: row.thing,
      at: row.recorded_at,
    }));
  }
}
