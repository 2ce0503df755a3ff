import { join } from "node:path";
import { expect, onTestFinished } from "vitest";
import { closeDatabase, type Database, openDatabase } from "../../src/adapters/sql/database.js";
import { orderOf } from "../../src/adapters/sql/order-record.js";
import type { Order } from "../../src/domain/order.js";
import type { Settings } from "./node.js";

type Row = Readonly<Record<string, unknown>>;
type PaymentRow = { readonly payment_id: string; readonly order_id: string | null; readonly status: string };
type BookRow = { readonly payment_id: string; readonly captured: number; readonly refunded: number | null };

/** Everything that orders leave behind, by the columns that give its rows an order. */
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

/** The rows of a running service's own database, read past the service. */
export class Account {
  readonly db: Database;

  private constructor(db: Database) {
    this.db = db;
  }

  /** Opens it, until the test has finished. */
  static open({ DATABASE_URL, DATA_DIR = "" }: Settings): Account {
    const db = openDatabase(
      DATABASE_URL === undefined
        ? { kind: "sqlite", file: join(DATA_DIR, "rushboard.sqlite") }
        : { kind: "mysql", url: DATABASE_URL },
    );
    onTestFinished(() => closeDatabase(db));
    return new Account(db);
  }

  /** Every row that orders leave behind. */
  async everything(): Promise<Readonly<Record<string, readonly Row[]>>> {
    const all: Record<string, readonly Row[]> = {};
    for (const [table, columns] of Object.entries(tables))
      all[table] = await this.db.knex(table).orderBy(columns as unknown as string[]);
    return all;
  }

  async orders(): Promise<readonly Order[]> {
    return (await this.db.knex("orders").orderBy("order_id")).map(orderOf);
  }

  /** Money that the provider keeps of an order, by each payment of it that was captured. */
  async capturedOf(orderId: string): Promise<readonly number[]> {
    return (await this.captures()).get(orderId) ?? [];
  }

  /** Resolves once no event is on its way and every sale is booked. */
  async quiet(): Promise<void> {
    const { knex } = this.db;
    const left = async () =>
      Promise.all(
        [knex("outbox"), knex("deliveries"), knex("sales").whereNotNull("unbooked")].map(async (rows) =>
          Number((await rows.count({ n: "*" }))[0]?.n),
        ),
      );
    await expect.poll(left, { interval: 200 }).toEqual([0, 0, 0]);
  }

  /** Fails with every promise of orders and payments that the rows break. */
  async expectPromises(): Promise<void> {
    expect(await this.broken()).toEqual([]);
  }

  private async captures(): Promise<ReadonlyMap<string, readonly number[]>> {
    const orderOfPayment = new Map(
      (await this.db.knex<PaymentRow>("payments")).map(({ payment_id, order_id }) => [payment_id, order_id]),
    );
    const captures = new Map<string, number[]>();
    for (const { payment_id, captured, refunded } of await this.db.knex<BookRow>("sandbox_book")) {
      const orderId = orderOfPayment.get(payment_id) ?? `nobody's ${payment_id}`;
      const kept = captured - (refunded ?? 0);
      if (kept !== 0) captures.set(orderId, [...(captures.get(orderId) ?? []), kept]);
    }
    return captures;
  }

  private async broken(): Promise<readonly string[]> {
    const { knex } = this.db;
    const broken: string[] = [];
    const equal = (promise: string, is: unknown, should: unknown) => {
      if (JSON.stringify(is) !== JSON.stringify(should))
        broken.push(`${promise}: ${JSON.stringify(is)}, should be ${JSON.stringify(should)}`);
    };
    const orders = await this.orders();
    const confirmed = orders.filter(({ status }) => status === "confirmed");
    const payable = orders.filter(({ status }) => status === "awaiting-payment");
    const unitsIn = (some: readonly Order[], productId: unknown) =>
      some
        .flatMap(({ lines }) => lines)
        .reduce((sum, line) => sum + (line.productId === productId ? line.quantity : 0), 0);

    equal(
      "O2 every order ends",
      orders.filter(({ status }) => status === "pending").map(({ orderId }) => orderId),
      [],
    );
    for (const { product_id: id, ...stock } of await knex("products")) {
      const [reserved, sold] = [unitsIn(payable, id), unitsIn(confirmed, id)];
      equal(`O1 ${id} reserved, sold`, [stock.reserved, stock.sold].map(Number), [reserved, sold]);
      const whole = Number(stock.initial_stock) + Number(stock.restocked);
      equal(`O1 ${id} on hand`, Number(stock.on_hand), whole - reserved - sold);
      equal(`${id} is counted`, await this.totalOf(id), sold);
    }
    for (const coupon of await knex("user_coupons")) {
      const served = [...payable, ...confirmed].filter((order) => order.userCouponId === coupon.user_coupon_id);
      equal(`O4 ${coupon.user_coupon_id} serves`, [coupon.order_id], served.length === 0 ? [null] : served.map(idOf));
    }
    const captures = await this.captures();
    for (const order of confirmed)
      equal(`P1 ${order.orderId} is paid`, captures.get(order.orderId), [order.subtotal - order.discount]);
    equal("P1 nothing else is", captures.size, confirmed.length);
    const lines = confirmed.flatMap(({ orderId, lines }) => lines.map((line) => `${orderId} ${line.productId}`));
    equal("every confirmed line is a sale, once", Number((await knex("sales").count({ n: "*" }))[0]?.n), lines.length);
    return broken;
  }

  private async totalOf(productId: string): Promise<number> {
    return Number((await this.db.knex("product_sales_total").where("product_id", productId).first())?.quantity ?? 0);
  }
}

const idOf = ({ orderId }: Order): string => orderId;
