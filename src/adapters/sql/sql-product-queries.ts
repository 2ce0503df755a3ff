import type { Page } from "../../application/ports/page.js";
import type { ProductQueries, StockedProduct } from "../../application/ports/product-queries.js";
import type { ProductId } from "../../domain/ids.js";
import type { Product } from "../../domain/product.js";
import { type List, readPage } from "./cursor.js";
import { type Database, read } from "./database.js";
import { type ProductRecord, productOf, stockOf } from "./product-record.js";

const products: List = { name: "products", order: { created_at: "number", product_id: "string" } };

const stockedProductOf = (row: ProductRecord): StockedProduct => ({ product: productOf(row), stock: stockOf(row) });

/** Reads of products and their stock. */
export class SqlProductQueries implements ProductQueries {
  private readonly db: Database;

  constructor(db: Database) {
    this.db = db;
  }

  async find(productId: ProductId): Promise<StockedProduct | undefined> {
    const row = await read<ProductRecord | undefined>(this.db.knex("products").where("product_id", productId).first());
    return row && stockedProductOf(row);
  }

  list(cursor: string | null, limit: number): Promise<Page<StockedProduct> | undefined> {
    return readPage(this.db.knex("products"), products, cursor, limit, stockedProductOf);
  }

  async byIds(productIds: readonly ProductId[]): Promise<readonly Product[]> {
    if (productIds.length === 0) return [];
    return (await read<ProductRecord[]>(this.db.knex("products").whereIn("product_id", productIds))).map(productOf);
  }
}
