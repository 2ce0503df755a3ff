import type { Page } from "../../application/ports/page.js";
import type { ProductQueries, ProductStanding } from "../../application/ports/product-queries.js";
import type { ProductId } from "../../domain/ids.js";
import type { Product } from "../../domain/product.js";
import { cursorOf, orderOf, pageOf, rowsAfter } from "./cursor.js";
import { type Database, read } from "./database.js";
import { type ProductRecord, productOf, stockOf } from "./product-record.js";

const standingOf = (row: ProductRecord): ProductStanding => ({ product: productOf(row), stock: stockOf(row) });

/** Reads of products and their stock. */
export class SqlProductQueries implements ProductQueries {
  private readonly db: Database;

  constructor(db: Database) {
    this.db = db;
  }

  async standing(productId: ProductId): Promise<ProductStanding | undefined> {
    const row = await read<ProductRecord | undefined>(this.db.knex("products").where("product_id", productId).first());
    return row && standingOf(row);
  }

  async list(cursor: string | null, limit: number): Promise<Page<ProductStanding> | undefined> {
    const rows = this.db
      .knex("products")
      .orderBy(["created_at", "product_id"])
      .limit(limit + 1);
    if (cursor !== null) {
      const order = orderOf("products", cursor, ["number", "string"]);
      if (order === undefined) return undefined;
      rowsAfter(rows, ["created_at", "product_id"], order as [number, string]);
    }
    const cursorAt = (row: ProductRecord) => cursorOf("products", row.created_at, row.product_id);
    return pageOf(await read<ProductRecord[]>(rows), limit, standingOf, cursorAt);
  }

  async byIds(productIds: readonly ProductId[]): Promise<readonly Product[]> {
    if (productIds.length === 0) return [];
    return (await read<ProductRecord[]>(this.db.knex("products").whereIn("product_id", productIds))).map(productOf);
  }
}
