import type { Knex } from "knex";
import type { ProductChange, ProductTable } from "../../application/ports/product-table.js";
import type { ProductId } from "../../domain/ids.js";
import { greatestStock, type Product, type StockMove } from "../../domain/product.js";
import type { EpochMs } from "../../domain/time.js";
import { lockRows } from "./by-hand.js";
import { addRow } from "./insert-rows.js";
import { type ProductRecord, productOf } from "./product-record.js";
import type { Statements } from "./transaction.js";

/** As SQLite's variables allow: at most thirteen a move. */
const movesAStatement = 500;
const counts = [
  ["onHand", "on_hand"],
  ["reserved", "reserved"],
  ["sold", "sold"],
] as const;

/** Products, in one transaction. */
export class SqlProductTable implements ProductTable {
  private readonly trx: Statements;

  constructor(trx: Statements) {
    this.trx = trx;
  }

  add({ productId, name, unitPrice, category }: Product, stock: number, at: EpochMs): Promise<boolean> {
    return addRow(this.trx, "products", {
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
    const row: ProductRecord | undefined = await this.trx("products").where("product_id", productId).first();
    if (row === undefined) return undefined;
    const product = { ...productOf(row), name: row.first_name, unitPrice: row.first_price };
    return { product, stock: Number(row.initial_stock) };
  }

  async byIds(productIds: readonly ProductId[]): Promise<readonly Product[]> {
    const rows: ProductRecord[] = await this.trx("products").whereIn("product_id", productIds);
    return rows.map(productOf);
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
    for (let from = 0; from < moves.length; from += movesAStatement)
      if (!(await this.moveTogether(moves.slice(from, from + movesAStatement)))) return false;
    return true;
  }

  /** One statement for all, whose guards every row must pass; only a count that falls needs one. */
  private async moveTogether(moves: readonly StockMove[]): Promise<boolean> {
    const ids = moves.map(({ productId }) => productId);
    const delta = `CASE product_id ${moves.map(() => "WHEN ? THEN ?").join(" ")} END`;
    const rows = this.trx("products").whereIn("product_id", ids);
    const changes: Record<string, Knex.Raw> = {};
    for (const [count, column] of counts) {
      const values = moves.flatMap((move) => [move.productId, move[count]]);
      if (moves.some((move) => move[count] < 0)) rows.whereRaw(`${column} + ${delta} >= 0`, values);
      changes[column] = this.trx.raw(`${column} + ${delta}`, values);
    }
    return (await rows.update(changes)) === moves.length;
  }

  async change(
    productId: ProductId,
    { name, unitPrice, restock = 0 }: ProductChange,
  ): Promise<"changed" | "unknown" | "too-large"> {
    const changed = await this.trx("products")
      .where("product_id", productId)
      .andWhereRaw("on_hand + reserved + ? <= ?", [restock, greatestStock])
      .update({
        ...(name !== undefined && { name }),
        ...(unitPrice !== undefined && { unit_price: unitPrice }),
        on_hand: this.trx.raw("on_hand + ?", [restock]),
        restocked: this.trx.raw("restocked + ?", [restock]),
      });
    if (changed === 1) return "changed";
    // Matched rows are counted, so a row that stands failed the guard, though a payment may have made room since.
    const stands = await this.trx("products").where("product_id", productId).first("product_id");
    return stands === undefined ? "unknown" : "too-large";
  }
}
