import type { Database } from "../../src/adapters/sql/database.js";
import { orderOf } from "../../src/adapters/sql/order-record.js";
import { paymentOf } from "../../src/adapters/sql/payment-record.js";
import type { Discount } from "../../src/domain/coupon.js";
import type { OrderId, PaymentId, ProductId, UserCouponId } from "../../src/domain/ids.js";
import type { Order } from "../../src/domain/order.js";
import type { Payment, Verdict } from "../../src/domain/payment.js";
import type { Stock } from "../../src/domain/product.js";
import { noon } from "./coupon-data.js";

type Statement = { all(): unknown[]; run(...values: unknown[]): unknown };
type Connection = { exec(sql: string): void; prepare(sql: string): Statement };

export type StockRow = Stock & { readonly productId: ProductId };
export type CouponRow = {
  readonly userCouponId: UserCouponId;
  readonly status: string;
  readonly orderId: OrderId | null;
};
export type SaleRow = { readonly saleId: string; readonly productId: ProductId; readonly quantity: number };

type BookRow = {
  readonly paymentId: PaymentId;
  readonly verdict: Verdict;
  readonly captured: number;
  readonly refunded: number | null;
};

const tables = ["orders", "payments", "sales", "products", "user_coupons", "coupons", "outbox", "sandbox_book"];

/**
 * Reads the tables directly, without the adapters under test. It uses the only connection between transactions and caches
 * rows, so that a check after each step is cheap.
 */
export class OrderLedger {
  private readonly connection: Connection;
  private readonly statements = new Map<string, Statement>();
  private readonly cached = new Map<string, readonly unknown[]>();
  private cachedVersion = -1;

  private constructor(connection: Connection) {
    this.connection = connection;
  }

  static async of(db: Database): Promise<OrderLedger> {
    const connection = await db.knex.client.acquireConnection();
    await db.knex.client.releaseConnection(connection);
    return new OrderLedger(connection);
  }

  /** Deletes all rows. */
  clear(): void {
    this.connection.exec(tables.map((table) => `DELETE FROM ${table}`).join(";"));
  }

  addProduct(productId: string, unitPrice: number, stock: number): void {
    this.insert("products(product_id, name, unit_price, initial_stock, on_hand, first_name, first_price, created_at)", [
      productId,
      productId,
      unitPrice,
      stock,
      stock,
      productId,
      unitPrice,
      noon,
    ]);
  }

  addCoupon(userCouponId: string, userId: string, { type, value }: Discount): void {
    const couponId = `of-${userCouponId}`;
    this.insert("coupons(coupon_id, name, quantity, discount_type, discount_value, created_at)", [
      couponId,
      couponId,
      1,
      type,
      value,
      noon,
    ]);
    this.insert("user_coupons(user_coupon_id, coupon_id, user_id, position, status, issued_at)", [
      userCouponId,
      couponId,
      userId,
      1,
      "issued",
      noon,
    ]);
  }

  orders(): readonly Order[] {
    return this.rows("SELECT * FROM orders ORDER BY order_id", orderOf);
  }

  order(orderId: OrderId): Order | undefined {
    return this.orders().find((order) => order.orderId === orderId);
  }

  payments(): readonly Payment[] {
    return this.rows("SELECT * FROM payments ORDER BY payment_id", paymentOf);
  }

  stocks(): readonly StockRow[] {
    return this.rows(
      "SELECT product_id AS productId, initial_stock AS initial, restocked, on_hand AS onHand, reserved, sold " +
        "FROM products ORDER BY product_id",
    );
  }

  coupons(): readonly CouponRow[] {
    return this.rows(
      "SELECT user_coupon_id AS userCouponId, status, order_id AS orderId FROM user_coupons ORDER BY user_coupon_id",
    );
  }

  sales(): readonly SaleRow[] {
    return this.rows("SELECT sale_id AS saleId, product_id AS productId, quantity FROM sales ORDER BY sale_id");
  }

  /** Returns the payments as the provider stores them. */
  providerBook(): readonly BookRow[] {
    return this.rows(
      "SELECT payment_id AS paymentId, verdict, captured, refunded FROM sandbox_book ORDER BY payment_id",
    );
  }

  /** Returns the captured amount minus refunds. */
  captured(): number {
    return this.providerBook().reduce((sum, { captured, refunded }) => sum + captured - (refunded ?? 0), 0);
  }

  /** Returns the number of events that are not marked as sent. */
  unsent(): number {
    return this.rows<{ n: number }>("SELECT COUNT(*) AS n FROM outbox")[0]?.n ?? 0;
  }

  /** A number that rises with every written row. Cached rows are valid while it does not change. */
  get version(): number {
    return this.read<{ n: number }>("SELECT total_changes() AS n")[0]?.n ?? 0;
  }

  private rows<Row, T = Row>(sql: string, of: (row: Row) => T = (row) => row as unknown as T): readonly T[] {
    const { version } = this;
    if (version !== this.cachedVersion) this.cached.clear();
    this.cachedVersion = version;
    const rows = this.cached.get(sql) ?? this.read<Row>(sql).map(of);
    this.cached.set(sql, rows);
    return rows as readonly T[];
  }

  private read<Row>(sql: string): readonly Row[] {
    const statement = this.statements.get(sql) ?? this.connection.prepare(sql);
    this.statements.set(sql, statement);
    return statement.all() as Row[];
  }

  private insert(into: string, values: readonly (string | number)[]): void {
    this.connection.prepare(`INSERT INTO ${into} VALUES (${values.map(() => "?").join()})`).run(...values);
  }
}
