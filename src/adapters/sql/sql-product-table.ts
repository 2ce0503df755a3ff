import type { ProductChange, ProductTable } from "../../application/ports/product-table.js";
import type { ProductId } from "../../domain/ids.js";
import { greatestStock, type Product, type StockMove } from "../../domain/product.js";
import type { EpochMs } from "../../domain/time.js";
import { insertIfNew } from "./insert-rows.js";
import { type ProductRecord, productOf } from "./product-record.js";
import { changeRows, lockRows, selectRows } from "./statements.js";
import type { Statements } from "./transaction.js";

/** SQLite allows 32,766 variables; a move takes at most 13. */
const movesPerStatement = 500;
const counts = [
  ["onHand", "on_hand"],
  ["reserved", "reserved"],
  ["sold", "sold"],
] as const;
type Count = (typeof counts)[number][0];

/** Products, in one transaction. */
export class SqlProductTable implements ProductTable {
  private readonly trx: Statements;

  constructor(trx: Statements) {
    this.trx = trx;
  }

  add({ productId, name, unitPrice, category }: Product, stock: number, at: EpochMs): Promise<boolean> {
    return insertIfNew(this.trx, "products", {
      product_id: productId,
      name,
      unit_price: unitPrice,
      category,
      initial_stock: stock,
      on_hand: stock,
      first_name: name,
      first_price: unitPrice,
      created_at: at,
    });
  }

  async creation(productId: ProductId): Promise<{ product: Product; stock: number } | undefined> {
    const [row] = await selectRows<ProductRecord>(this.trx, "SELECT * FROM products WHERE product_id = ?", [productId]);
    if (row === undefined) return undefined;
    const product = { ...productOf(row), name: row.first_name, unitPrice: row.first_price };
    return { product, stock: Number(row.initial_stock) };
  }

  async byIds(productIds: readonly ProductId[]): Promise<readonly Product[]> {
    const sql = "SELECT * FROM products WHERE product_id IN (?)";
    return (await selectRows<ProductRecord>(this.trx, sql, [productIds])).map(productOf);
  }

  async lock(productIds: readonly ProductId[]): Promise<ReadonlyMap<ProductId, number>> {
    const locked = await lockRows<Pick<ProductRecord, "product_id" | "on_hand">>(
      this.trx,
      "SELECT product_id, on_hand FROM products WHERE product_id IN (?) ORDER BY product_id",
      [productIds],
    );
    return new Map(locked.map(({ product_id, on_hand }) => [product_id, Number(on_hand)]));
  }

  async move(moves: readonly StockMove[]): Promise<boolean> {
    for (let from = 0; from < moves.length; from += movesPerStatement)
      if (!(await this.moveTogether(moves.slice(from, from + movesPerStatement)))) return false;
    return true;
  }

  /** Moves all in one statement. A count that does not fall needs no guard. */
  private async moveTogether(moves: readonly StockMove[]): Promise<boolean> {
    const delta = `CASE product_id ${moves.map(() => "WHEN ? THEN ?").join(" ")} END`;
    const deltasOf = (count: Count) => moves.flatMap((move) => [move.productId, move[count]]);
    const guarded = counts.filter(([count]) => moves.some((move) => move[count] < 0));
    const moved = await changeRows(
      this.trx,
      `UPDATE products SET ${counts.map(([, column]) => `${column} = ${column} + ${delta}`).join(", ")}
       WHERE product_id IN (?) ${guarded.map(([, column]) => `AND ${column} + ${delta} >= 0`).join(" ")}`,
      [
        ...counts.flatMap(([count]) => deltasOf(count)),
        moves.map(({ productId }) => productId),
        ...guarded.flatMap(([count]) => deltasOf(count)),
      ],
    );
    return moved === moves.length;
  }

  async change(
    productId: ProductId,
    { name, unitPrice, restock = 0 }: ProductChange,
  ): Promise<"changed" | "unknown" | "too-large"> {
    const changed = await changeRows(
      this.trx,
      `UPDATE products SET name = COALESCE(?, name), unit_price = COALESCE(?, unit_price),
         on_hand = on_hand + ?, restocked = restocked + ?
       WHERE product_id = ? AND on_hand + reserved + ? <= ?`,
      [name ?? null, unitPrice ?? null, restock, restock, productId, restock, greatestStock],
    );
    if (changed === 1) return "changed";
    // Matched rows are counted, so an existing row failed the guard, even if a payment has made room since.
    const existing = await selectRows(this.trx, "SELECT 1 FROM products WHERE product_id = ?", [productId]);
    return existing.length === 0 ? "unknown" : "too-large";
  }
}
