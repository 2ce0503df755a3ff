import type { Knex } from "knex";
import type { Page } from "../../application/ports/page.js";
import type { ProductTotal, RankedProduct } from "../../application/ports/sales-board.js";
import type { DayDrift, SalesQueries } from "../../application/ports/sales-queries.js";
import type { BusinessDay } from "../../domain/business-day.js";
import type { ProductId, SaleId } from "../../domain/ids.js";
import type { DayRow } from "../../domain/sale.js";
import { firstDayOf, type WindowBoard } from "../../domain/sales-window.js";
import { type List, readPage } from "./cursor.js";
import { backgroundReadTimeoutMs, type Database, read } from "./database.js";
import { digitsOf } from "./sql-sale-table.js";

type Totals = { readonly product_id: ProductId } & Readonly<Record<`b${number}`, number | string | null>>;
type DayRecord = {
  readonly product_id: ProductId;
  readonly business_day: BusinessDay;
  readonly quantity: number | string;
  /** Decimal digits. */
  readonly revenue: string;
};

type DriftRecord = {
  readonly business_day: BusinessDay;
  readonly product_id: ProductId;
  readonly board_quantity: number | string | null;
  readonly sales_quantity: number | string;
};

const byDay = { business_day: "string", product_id: "string" } as const;
const closedDays: List = { name: "closed-days", order: byDay };
const dayDrifts: List = { name: "day-drifts", order: byDay };

const idsPerQuery = 500;

/** Reads booked sales and their totals. */
export class SqlSalesQueries implements SalesQueries {
  private readonly db: Database;

  constructor(db: Database) {
    this.db = db;
  }

  async totals(
    boards: readonly WindowBoard[],
    productIds: readonly ProductId[],
  ): Promise<readonly { board: WindowBoard; totals: readonly ProductTotal[] }[]> {
    const { knex } = this.db;
    if (productIds.length === 0) return boards.map((board) => ({ board, totals: [] }));
    const sums = boards.map((board, n) => {
      const first = firstDayOf(board);
      if (first === null) return knex.raw("MAX(ever.quantity) AS ??", [`b${n}`]);
      const within = "SUM(CASE WHEN daily.business_day BETWEEN ? AND ? THEN daily.quantity END) AS ??";
      return knex.raw(within, [first, board.lastDay, `b${n}`]);
    });
    const earliest = boards.flatMap((board) => firstDayOf(board) ?? []).sort()[0] ?? "9999-12-31";
    const rows = await read<Totals[]>(
      knex({ ever: "product_sales_total" })
        .leftJoin({ daily: "product_sales_daily" }, (on) =>
          on.on("daily.product_id", "ever.product_id").andOnVal("daily.business_day", ">=", earliest),
        )
        .whereIn("ever.product_id", productIds)
        .groupBy("ever.product_id")
        .select("ever.product_id", ...sums),
    );
    return boards.map((board, n) => ({
      board,
      totals: rows.flatMap((row) => {
        const quantity = Number(row[`b${n}`] ?? 0);
        return quantity > 0 ? [{ productId: row.product_id, quantity }] : [];
      }),
    }));
  }

  async soldAfter(last: ProductId | null, limit: number): Promise<readonly ProductId[]> {
    return this.ids(this.db.knex("product_sales_total"), last, limit);
  }

  async soldOn(day: BusinessDay, last: ProductId | null, limit: number): Promise<readonly ProductId[]> {
    const { knex } = this.db;
    // Reads both tables, because a row or its sales may be missing.
    const rows = await this.ids(knex("product_sales_daily").where("business_day", day), last, limit);
    const sales = await this.ids(knex("sales").distinct().where("business_day", day), last, limit);
    return [...new Set([...rows, ...sales])].sort().slice(0, limit);
  }

  async rank(board: WindowBoard, limit: number, others: readonly ProductId[]): Promise<readonly RankedProduct[]> {
    const { knex } = this.db;
    const first = firstDayOf(board);
    const totals =
      first === null
        ? knex("product_sales_total").select("product_id", "quantity")
        : knex("product_sales_daily")
            .whereBetween("business_day", [first, board.lastDay as BusinessDay])
            .groupBy("product_id")
            .select("product_id")
            .sum({ quantity: "quantity" });
    const ranked = knex(totals.as("totals"))
      .where("quantity", ">", 0)
      .select("product_id", "quantity")
      .select(knex.raw("ROW_NUMBER() OVER (ORDER BY quantity DESC, product_id DESC) AS place"));
    const rows = await read<{ product_id: ProductId; quantity: number | string; place: number | string }[]>(
      knex(ranked.as("ranked"))
        .where((wanted) => wanted.where("place", "<=", limit).orWhereIn("product_id", others))
        .orderBy("place"),
      backgroundReadTimeoutMs,
    );
    return rows.map(({ product_id, quantity, place }) => ({
      productId: product_id,
      quantity: Number(quantity),
      rank: Number(place),
    }));
  }

  async unbooked(limit: number, last: SaleId | null = null): Promise<readonly SaleId[]> {
    const rows = this.db.knex("sales").select("sale_id").where("unbooked", 1).orderBy("sale_id").limit(limit);
    if (last !== null) rows.andWhere("sale_id", ">", last);
    return (await read<{ sale_id: SaleId }[]>(rows)).map(({ sale_id }) => sale_id);
  }

  async daysOf(saleIds: readonly SaleId[]): Promise<ReadonlySet<BusinessDay>> {
    const days = new Set<BusinessDay>();
    for (let from = 0; from < saleIds.length; from += idsPerQuery) {
      const ids = saleIds.slice(from, from + idsPerQuery);
      const rows = this.db.knex("sales").whereIn("sale_id", ids).distinct("business_day");
      for (const { business_day } of await read<{ business_day: BusinessDay }[]>(rows)) days.add(business_day);
    }
    return days;
  }

  /** Reads day by day along the index, because there are few days and many rows per day. */
  async nextOpenDay(after: BusinessDay | null, before: BusinessDay): Promise<BusinessDay | null> {
    const { knex } = this.db;
    for (let last: BusinessDay | null = after; ; ) {
      const firsts = await Promise.all([
        this.firstDay("product_sales_daily", last, before),
        this.firstDay("sales", last, before),
      ]);
      const [day] = firsts.flatMap((first) => first ?? []).sort();
      if (day === undefined) return null;
      const closed = await read<unknown>(knex("closed_days").where("business_day", day).first());
      if (closed === undefined) return day;
      last = day;
    }
  }

  days(
    from: BusinessDay,
    to: BusinessDay,
    productId: ProductId | null,
    cursor: string | null,
    limit: number,
  ): Promise<Page<DayRow & { businessDay: BusinessDay }> | undefined> {
    const { knex } = this.db;
    const rows: Knex.QueryBuilder = knex("product_sales_daily")
      .select("business_day", "product_id", "quantity", knex.raw(`${digitsOf("revenue")} AS revenue`))
      .whereBetween("product_sales_daily.business_day", [from, to])
      .whereExists(
        knex("closed_days").whereRaw("closed_days.business_day = product_sales_daily.business_day").select("closed_at"),
      );
    if (productId !== null) rows.andWhere("product_id", productId);
    return readPage<DayRecord, DayRow & { businessDay: BusinessDay }>(rows, closedDays, cursor, limit, (row) => ({
      businessDay: row.business_day,
      productId: row.product_id,
      quantity: Number(row.quantity),
      revenue: BigInt(row.revenue),
    }));
  }

  drifts(
    from: BusinessDay,
    to: BusinessDay,
    cursor: string | null,
    limit: number,
  ): Promise<Page<DayDrift> | undefined> {
    const rows = this.db.knex("day_drifts").whereBetween("business_day", [from, to]);
    return readPage<DriftRecord, DayDrift>(rows, dayDrifts, cursor, limit, (row) => ({
      businessDay: row.business_day,
      productId: row.product_id,
      board: row.board_quantity === null ? null : Number(row.board_quantity),
      sales: Number(row.sales_quantity),
    }));
  }

  private async firstDay(table: string, after: BusinessDay | null, before: BusinessDay): Promise<BusinessDay | null> {
    const next = this.db.knex(table).min({ day: "business_day" }).where("business_day", "<", before).first();
    if (after !== null) next.andWhere("business_day", ">", after);
    return (await read<{ day: BusinessDay | null }>(next)).day;
  }

  private async ids(rows: Knex.QueryBuilder, last: ProductId | null, limit: number): Promise<readonly ProductId[]> {
    rows.select("product_id").orderBy("product_id").limit(limit);
    if (last !== null) rows.andWhere("product_id", ">", last);
    return (await read<{ product_id: ProductId }[]>(rows)).map(({ product_id }) => product_id);
  }
}
