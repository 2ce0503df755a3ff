import { join } from "node:path";
import { expect, onTestFinished } from "vitest";
import { closeDatabase, type Database, openDatabase } from "../../src/adapters/sql/database.js";
import { orderOf } from "../../src/adapters/sql/order-record.js";
import type { Order } from "../../src/domain/order.js";
import type { Settings } from "./node.js";

type Row = Readonly<Record<string, unknown>>;
type PaymentRow = { readonly payment_id: string; readonly order_id: string | null; readonly status: string };
type BookRow = { readonly payment_id: string; readonly captured: number; readonly refunded: number | null };

/** The tables of orders with the columns to sort them by. */
const tables = {
  products: ["product_id"],
  orders: ["order_id"],
  payments: ["payment_id"],
  user_coupons: ["user_coupon_id"],
  sales: ["sale_id"],
  sandbox_book: ["payment_id"],
  product_sales_daily: ["product_id", "business_day"],
  product_sales_total: ["product_id"],
} as const;

/** Reads a running service's database directly. */
export class ShopDatabase {
  readonly db: Database;

  private constructor(db: Database) {
    this.db = db;
  }

  /** Opens the database until the end of the test. */
  static open({ DATABASE_URL, DATA_DIR = "" }: Settings): ShopDatabase {
    const db = openDatabase(
      DATABASE_URL === undefined
        ? { kind: "sqlite", file: join(DATA_DIR, "rushboard.sqlite") }
        : { kind: "mysql", url: DATABASE_URL },
    );
    onTestFinished(() => closeDatabase(db));
    return new ShopDatabase(db);
  }

  /** Returns all rows of orders. */
  async allRows(): Promise<Readonly<Record<string, readonly Row[]>>> {
    const rows: Record<string, readonly Row[]> = {};
    for (const [table, columns] of Object.entries(tables))
      rows[table] = await this.db.knex(table).orderBy(columns as unknown as string[]);
    return rows;
  }

  async orders(): Promise<readonly Order[]> {
    return (await this.db.knex("orders").orderBy("order_id")).map(orderOf);
  }

  /** Returns the captured amounts of an order, one per captured payment. */
  async capturedAmounts(orderId: string): Promise<readonly number[]> {
    return (await this.captures()).get(orderId) ?? [];
  }

  /** Waits until all events are processed and all sales are booked. */
  async waitUntilIdle(): Promise<void> {
    const { knex } = this.db;
    const remaining = async () =>
      Promise.all(
        [knex("outbox"), knex("deliveries"), knex("sales").whereNotNull("unbooked")].map(async (rows) =>
          Number((await rows.count({ n: "*" }))[0]?.n),
        ),
      );
    await expect.poll(remaining, { interval: 200 }).toEqual([0, 0, 0]);
  }

  /** Fails with a list of the broken promises of orders and payments. */
  async expectPromises(): Promise<void> {
    expect(await this.broken()).toEqual([]);
  }

  private async captures(): Promise<ReadonlyMap<string, readonly number[]>> {
    const orderOfPayment = new Map(
      (await this.db.knex<PaymentRow>("payments")).map(({ payment_id, order_id }) => [payment_id, order_id]),
    );
    const captures = new Map<string, number[]>();
    for (const { payment_id, captured, refunded } of await this.db.knex<BookRow>("sandbox_book")) {
      const orderId = orderOfPayment.get(payment_id) ?? `no order: ${payment_id}`;
      const amount = captured - (refunded ?? 0);
      if (amount !== 0) captures.set(orderId, [...(captures.get(orderId) ?? []), amount]);
    }
    return captures;
  }

  private async broken(): Promise<readonly string[]> {
    const { knex } = this.db;
    const broken: string[] = [];
    const checkEqual = (promise: string, actual: unknown, expected: unknown) => {
      if (JSON.stringify(actual) !== JSON.stringify(expected))
        broken.push(`${promise}: ${JSON.stringify(actual)} instead of ${JSON.stringify(expected)}`);
    };
    const orders = await this.orders();
    const confirmed = orders.filter(({ status }) => status === "confirmed");
    const payable = orders.filter(({ status }) => status === "awaiting-payment");
    const unitsIn = (some: readonly Order[], productId: unknown) =>
      some
        .flatMap(({ lines }) => lines)
        .reduce((sum, line) => sum + (line.productId === productId ? line.quantity : 0), 0);

    checkEqual(
      "O2 pending orders",
      orders.filter(({ status }) => status === "pending").map(({ orderId }) => orderId),
      [],
    );
    for (const { product_id: id, ...stock } of await knex("products")) {
      const [reserved, sold] = [unitsIn(payable, id), unitsIn(confirmed, id)];
      checkEqual(`O1 ${id} reserved, sold`, [stock.reserved, stock.sold].map(Number), [reserved, sold]);
      const total = Number(stock.initial_stock) + Number(stock.restocked);
      checkEqual(`O1 ${id} on hand`, Number(stock.on_hand), total - reserved - sold);
      checkEqual(`booked units of ${id}`, await this.totalOf(id), sold);
    }
    for (const coupon of await knex("user_coupons")) {
      const users = [...payable, ...confirmed].filter((order) => order.userCouponId === coupon.user_coupon_id);
      checkEqual(
        `O4 orders of ${coupon.user_coupon_id}`,
        [coupon.order_id],
        users.length === 0 ? [null] : users.map(idOf),
      );
    }
    const captures = await this.captures();
    for (const order of confirmed)
      checkEqual(`P1 captured for ${order.orderId}`, captures.get(order.orderId), [order.subtotal - order.discount]);
    checkEqual("P1 number of paid orders", captures.size, confirmed.length);
    const lines = confirmed.flatMap(({ orderId, lines }) => lines.map((line) => `${orderId} ${line.productId}`));
    checkEqual("sales of confirmed lines", Number((await knex("sales").count({ n: "*" }))[0]?.n), lines.length);
    return broken;
  }

  private async totalOf(productId: string): Promise<number> {
    return Number((await this.db.knex("product_sales_total").where("product_id", productId).first())?.quantity ?? 0);
  }
}

const idOf = ({ orderId }: Order): string => orderId;
