import { expect } from "vitest";
import type { Database } from "../../src/adapters/sql/database.js";
import type { OnDuplicate } from "../../src/adapters/sql/dialect.js";
import { insertRows } from "../../src/adapters/sql/insert-rows.js";
import { SqlSaleTable } from "../../src/adapters/sql/sql-sale-table.js";
import type { Statements } from "../../src/adapters/sql/transaction.js";
import type { UnitOfWork } from "../../src/application/ports/unit-of-work.js";
import type { BusinessDay } from "../../src/domain/business-day.js";
import type { SaleId } from "../../src/domain/ids.js";
import type { Sale } from "../../src/domain/sale.js";
import { type Clauses, contractOnDatabases } from "../support/contract-on-databases.js";
import { noon, rowsIn } from "../support/drop.js";
import { later, money, productId } from "../support/order.js";
import { type Meet, workOn, workWith } from "../support/table-work.js";

const sale = (id: string, facts: Partial<Sale> = {}): Sale => ({
  saleId: id as SaleId,
  productId: productId("p"),
  quantity: 1,
  unitPrice: money(1000),
  occurredAt: noon,
  businessDay: "2026-11-21" as BusinessDay,
  ...facts,
});
const add = (work: UnitOfWork, ...sales: readonly Sale[]) => work.run((tx) => tx.sales.add(sales));
const written = async (db: Database): Promise<readonly Sale[]> => {
  const rows = await db.knex("sales").orderBy("sale_id");
  return rows.map((row) => ({
    saleId: row.sale_id,
    productId: row.product_id,
    quantity: row.quantity,
    unitPrice: row.unit_price,
    occurredAt: Number(row.occurred_at),
    businessDay: row.business_day,
  })) as Sale[];
};

const clauses: Clauses<UnitOfWork> = {
  "count each id once for ever, as it came first": async (work, { db }) => {
    const [line, own, great] = [sale("order:o:p"), sale("shop:o:p", { quantity: 1000 }), sale("shop:O:p")];
    await add(work, line, own);
    const other = { productId: productId("q"), quantity: 7, unitPrice: money(0), occurredAt: later(9) };
    await add(work, sale("order:o:p", { ...other, businessDay: "2027-01-01" as BusinessDay }), great);
    await add(work, sale("shop:twice", { quantity: 2 }), sale("shop:twice", { quantity: 3 }), own);
    await add(work);
    expect(await written(db)).toEqual([line, great, own, sale("shop:twice", { quantity: 2 })]);
  },

  "write a batch of 1,200": async (work, { db }) => {
    const sales = Array.from({ length: 1200 }, (_, n) =>
      sale(`shop:${String(n).padStart(4, "0")}`, { quantity: n + 1 }),
    );
    await add(work, ...sales.slice(0, 700));
    await add(work, ...sales);
    expect(await written(db)).toEqual(sales);
  },

  "count a sale once, though ten tell of it at once": async (work, { db }) => {
    const [a, b] = [sale("shop:a"), sale("shop:b")];
    await Promise.all(Array.from({ length: 10 }, (_, n) => add(work, ...(n % 2 === 0 ? [a, b] : [b, a]))));
    expect(await rowsIn(db, "sales")).toBe(2);
  },
};

/** The table as it is, but that it adds otherwise. */
const adding = (wrong: (trx: Statements, right: SqlSaleTable, meet: Meet) => SqlSaleTable["add"]) =>
  workWith((trx, meet) => {
    const right = new SqlSaleTable(trx);
    return { sales: Object.assign(new SqlSaleTable(trx), { add: wrong(trx, right, meet) }) };
  });
const columns = ["sale_id", "product_id", "quantity", "unit_price", "occurred_at", "business_day"];
const write = (trx: Statements, sales: readonly Sale[], onDuplicate?: OnDuplicate) => {
  const rows = sales.map((each) => [
    ...[each.saleId, each.productId, each.quantity, each.unitPrice, each.occurredAt, each.businessDay],
  ]);
  return insertRows(trx, "sales", columns, rows, onDuplicate);
};

contractOnDatabases("SaleTable, as sales come in,", workOn, clauses, [
  {
    wrong: "lets the last one win",
    breaks: "count each id once for ever, as it came first",
    make: adding((trx) => (sales) => write(trx, sales, { unique: "sale_id", overwrite: columns })),
  },
  {
    wrong: "fails on what it knows",
    breaks: "write a batch of 1,200",
    make: adding((trx) => (sales) => write(trx, sales)),
  },
  {
    wrong: "looks which ids are known before it writes",
    breaks: "count a sale once, though ten tell of it at once",
    make: adding((trx, right, meet) => async (sales) => {
      const known = await right.known(sales.map(({ saleId }) => saleId));
      await meet();
      await write(
        trx,
        sales.filter(({ saleId }) => !known.has(saleId)),
      );
    }),
    only: "mysql",
  },
]);
