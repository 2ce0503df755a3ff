import type { Knex } from "knex";
import type { Page } from "../../application/ports/page.js";
import type { SoldOutRecords, TitledSellOut } from "../../application/ports/sold-out-records.js";
import type { TimeZone } from "../../domain/business-day.js";
import type { ScheduleId } from "../../domain/ids.js";
import { type Board, type SellOut, weekOf } from "../../domain/sold-out.js";
import { entryOf, type ScorePolicy, scorePolicies } from "../../domain/sold-out-score.js";
import type { EpochMs } from "../../domain/time.js";
import { decodeCursor, encodeCursor, pageOf } from "./cursor.js";
import { type Database, read, transact } from "./database.js";
import { type ScheduleRecord, sellOutOf } from "./schedule-record.js";
import { unrated } from "./sql-concert-table.js";
import { changeRows, lockRows } from "./statements.js";

type TitledRecord = ScheduleRecord & { readonly title: string };
const titledOf = (row: TitledRecord): TitledSellOut => ({ ...sellOutOf(row), title: row.title });

/** The sell-outs in the rows of their schedules. */
export class SqlSoldOutRecords implements SoldOutRecords {
  private readonly db: Database;

  constructor(db: Database) {
    this.db = db;
  }

  async best(board: Board, policy: ScorePolicy, limit: number): Promise<readonly SellOut[]> {
    const rows = this.db
      .knex("schedules")
      .where("score_policy", policy)
      .orderBy(["score", "score_member"])
      .limit(limit);
    if (board.name === "weekly") rows.andWhere("sold_out_week", board.week);
    return (await read<ScheduleRecord[]>(rows)).map(sellOutOf);
  }

  async byIds(scheduleIds: readonly ScheduleId[]): Promise<readonly TitledSellOut[]> {
    if (scheduleIds.length === 0) return [];
    const rows = this.titled().whereIn("schedules.schedule_id", scheduleIds).whereNotNull("sold_out_at");
    return (await read<TitledRecord[]>(rows)).map(titledOf);
  }

  async history(
    from: EpochMs | null,
    to: EpochMs | null,
    cursor: string | null,
    limit: number,
  ): Promise<Page<TitledSellOut> | undefined> {
    const rows = this.titled()
      .whereNotNull("sold_out_at")
      .orderBy([
        { column: "sold_out_at", order: "desc" },
        { column: "schedules.schedule_id", order: "desc" },
      ])
      .limit(limit + 1);
    if (from !== null) rows.andWhere("sold_out_at", ">=", from);
    const order = cursor === null ? null : decodeCursor("sell-outs", cursor, ["number", "string"]);
    if (order === undefined) return undefined;
    const [at, scheduleId] = (order ?? [Infinity, ""]) as [number, string];
    // Only one upper bound: with two of them SQLite may scan the index from the greater one.
    if (to !== null && to <= at) rows.andWhere("sold_out_at", "<", to);
    else if (order !== null)
      rows
        .andWhere("sold_out_at", "<=", at)
        .andWhere((older) => older.where("sold_out_at", "<", at).orWhere("schedules.schedule_id", "<", scheduleId));
    const cursorAt = (row: TitledRecord) => encodeCursor("sell-outs", row.sold_out_at as EpochMs, row.schedule_id);
    return pageOf(await read<TitledRecord[]>(rows), limit, titledOf, cursorAt);
  }

  score(policy: ScorePolicy, zone: TimeZone, limit: number): Promise<number> {
    const others = [unrated, ...scorePolicies.filter((name) => name !== policy)];
    return transact(this.db, async (trx) => {
      // A schedule that another session has locked is rated by a later run.
      const rows = await lockRows<ScheduleRecord>(
        trx,
        "SELECT * FROM schedules WHERE score_policy IN (?) LIMIT ?",
        [others, limit],
        "UPDATE SKIP LOCKED",
      );
      // Rows are updated in id order, so that two transactions never deadlock.
      for (const sellOut of rows.map(sellOutOf).sort((a, b) => (a.scheduleId < b.scheduleId ? -1 : 1))) {
        const { score, member } = entryOf(policy, sellOut);
        await changeRows(
          trx,
          "UPDATE schedules SET score_policy = ?, score = ?, score_member = ?, sold_out_week = ? WHERE schedule_id = ?",
          [policy, score, member, weekOf(sellOut, zone), sellOut.scheduleId],
        );
      }
      return rows.length;
    });
  }

  /** Reads the title by a subquery per row. In a join with few concerts MySQL starts with them and sorts every sell-out. */
  private titled(): Knex.QueryBuilder {
    const { knex } = this.db;
    const title = knex("concerts").select("title").whereRaw("concerts.concert_id = schedules.concert_id");
    return knex("schedules").select("schedules.*", { title });
  }
}
