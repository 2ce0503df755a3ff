import type { SaleTable } from "../../application/ports/sale-table.js";
import type { BusinessDay } from "../../domain/business-day.js";
import type { ProductId, SaleId } from "../../domain/ids.js";
import type { Money } from "../../domain/money.js";
import { bookingOf, type DayRow, type Drift, type Sale } from "../../domain/sale.js";
import type { EpochMs } from "../../domain/time.js";
import { insertRows, rowsPerStatement } from "./insert-rows.js";
import { isDuplicate } from "./sql-errors.js";
import { changeRows, lockRows, selectRows } from "./statements.js";
import type { Statements } from "./transaction.js";

type SaleRecord = {
  readonly sale_id: SaleId;
  readonly product_id: ProductId;
  readonly quantity: number;
  readonly unit_price: Money;
  readonly occurred_at: EpochMs;
  readonly business_day: BusinessDay;
};
type DayRecord = {
  readonly product_id: ProductId;
  readonly quantity: number | string;
  /** Decimal digits. */
  readonly revenue: string;
};

const saleColumns = ["sale_id", "product_id", "quantity", "unit_price", "occurred_at", "business_day"];
const dayColumns = ["product_id", "business_day", "quantity", "revenue"];
const driftColumns = ["business_day", "product_id", "board_quantity", "sales_quantity"];
/** Selects an integer as decimal digits. The drivers return numbers, which are not exact above 2⁵³. */
export const digitsOf = (expression: string) => `CAST(${expression} AS CHAR)`;
/** A unique key of two columns. Both dialects accept this text as it is. */
const dayKey = "product_id, business_day";

const dayRowOf = ({ product_id, quantity, revenue }: DayRecord): DayRow => ({
  productId: product_id,
  quantity: Number(quantity),
  revenue: BigInt(revenue),
});

const valuesOf = (sale: Sale): (string | number)[] => [
  sale.saleId,
  sale.productId,
  sale.quantity,
  sale.unitPrice,
  sale.occurredAt,
  sale.businessDay,
];

/** Sales and their totals, in one transaction. */
export class SqlSaleTable implements SaleTable {
  private readonly trx: Statements;

  constructor(trx: Statements) {
    this.trx = trx;
  }

  async known(saleIds: readonly SaleId[]): Promise<ReadonlySet<SaleId>> {
    const rows = await selectRows<{ sale_id: SaleId }>(this.trx, "SELECT sale_id FROM sales WHERE sale_id IN (?)", [
      saleIds,
    ]);
    return new Set(rows.map(({ sale_id }) => sale_id));
  }

  async add(sales: readonly Sale[]): Promise<void> {
    await insertRows(this.trx, "sales", saleColumns, sales.map(valuesOf), { unique: "sale_id", overwrite: [] });
  }

  /** Each batch is one statement, so a duplicate rejects the whole batch and it can be repeated. */
  async addNew(sales: readonly Sale[]): Promise<readonly Sale[]> {
    const added: Sale[] = [];
    for (let from = 0; from < sales.length; ) {
      const batch = sales.slice(from, from + rowsPerStatement);
      const seen = new Set(await this.known(batch.map(({ saleId }) => saleId)));
      const unknown = batch.filter(({ saleId }) => !seen.has(saleId) && seen.add(saleId));
      try {
        await insertRows(this.trx, "sales", saleColumns, unknown.map(valuesOf));
      } catch (error) {
        // Another transaction has committed one of these sales. The next read of known ids finds it.
        if (!isDuplicate(error)) throw error;
        continue;
      }
      added.push(...unknown);
      from += rowsPerStatement;
    }
    return added;
  }

  async lockUnbooked(saleIds: readonly SaleId[]): Promise<readonly Sale[]> {
    const rows = await lockRows<SaleRecord>(
      this.trx,
      `SELECT ${saleColumns.join(", ")} FROM sales WHERE sale_id IN (?) AND unbooked = 1 ORDER BY sale_id`,
      [saleIds],
    );
    return rows.map((row) => ({
      saleId: row.sale_id,
      productId: row.product_id,
      quantity: row.quantity,
      unitPrice: row.unit_price,
      occurredAt: row.occurred_at,
      businessDay: row.business_day,
    }));
  }

  async book(sales: readonly Sale[]): Promise<void> {
    if (sales.length === 0) return;
    const { days, totals } = bookingOf(sales);
    const dayValues = days.map((sum) => [sum.productId, sum.businessDay, sum.quantity, String(sum.revenue)]);
    await insertRows(this.trx, "product_sales_daily", dayColumns, dayValues, {
      unique: dayKey,
      add: ["quantity", "revenue"],
    });
    const totalValues = totals.map(({ productId, quantity }) => [productId, quantity]);
    await insertRows(this.trx, "product_sales_total", ["product_id", "quantity"], totalValues, {
      unique: "product_id",
      add: ["quantity"],
    });
    const booked = await changeRows(
      this.trx,
      "UPDATE sales SET unbooked = NULL WHERE sale_id IN (?) AND unbooked = 1",
      [sales.map(({ saleId }) => saleId)],
    );
    if (booked !== sales.length) throw new Error(`only ${booked} of ${sales.length} sales were unbooked`);
  }

  async lockDay(day: BusinessDay, productIds: readonly ProductId[]): Promise<readonly DayRow[]> {
    const rows = await this.lockDayRows(day, productIds);
    if (rows.length === productIds.length) return rows;
    const existing = new Set(rows.map(({ productId }) => productId));
    const missing = productIds.filter((productId) => !existing.has(productId));
    const zeros = missing.map((productId) => [productId, day, 0, 0]);
    await insertRows(this.trx, "product_sales_daily", dayColumns, zeros, { unique: dayKey, overwrite: [] });
    // Another transaction may have inserted a row and booked sales in between, so the rows are read again.
    return [...rows, ...(await this.lockDayRows(day, missing))];
  }

  async sumDay(day: BusinessDay, productIds: readonly ProductId[]): Promise<readonly DayRow[]> {
    const rows = await selectRows<DayRecord>(
      this.trx,
      `SELECT product_id, SUM(quantity) AS quantity, ${digitsOf("SUM(quantity * unit_price)")} AS revenue FROM sales
       WHERE business_day = ? AND product_id IN (?) AND unbooked IS NULL GROUP BY product_id`,
      [day, productIds],
    );
    return rows.map(dayRowOf);
  }

  async saveDay(day: BusinessDay, rows: readonly DayRow[]): Promise<void> {
    const values = rows.map(({ productId, quantity, revenue }) => [productId, day, quantity, String(revenue)]);
    await insertRows(this.trx, "product_sales_daily", dayColumns, values, {
      unique: dayKey,
      overwrite: ["quantity", "revenue"],
    });
  }

  async saveDrift(day: BusinessDay, drift: readonly Drift[]): Promise<void> {
    const rows = drift.map(({ productId, board, sales }) => [day, productId, board, sales]);
    await insertRows(this.trx, "day_drifts", driftColumns, rows, {
      unique: "business_day, product_id",
      overwrite: ["board_quantity", "sales_quantity"],
    });
  }

  async recordClosedDay(day: BusinessDay, at: EpochMs): Promise<void> {
    await insertRows(this.trx, "closed_days", ["business_day", "closed_at"], [[day, at]], { unique: "business_day" });
  }

  private async lockDayRows(day: BusinessDay, productIds: readonly ProductId[]): Promise<readonly DayRow[]> {
    const rows = await lockRows<DayRecord>(
      this.trx,
      `SELECT product_id, quantity, ${digitsOf("revenue")} AS revenue FROM product_sales_daily
       WHERE business_day = ? AND product_id IN (?) ORDER BY product_id`,
      [day, productIds],
    );
    return rows.map(dayRowOf);
  }
}
