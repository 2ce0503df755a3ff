import { randomUUID } from "node:crypto";
import type { Client, Reply } from "../../bench/rehearsal/client.js";
import type { DemoRun } from "./demo-run.js";
import { products, randomShopper } from "./sample-data.js";
import { successBody } from "./success.js";

const api = "/api/v1";
const operator = "demo-operator";
const dayMs = 86_400_000;
/** Enough units of each product for a day. */
const stock = 100_000;
/** The mean times between two orders, and between two reports of outside sales. */
const orderMs = 350;
const reportMs = 1500;
const logMs = 15_000;
const cancelledShare = 0.05;
/** The share of orders whose first payment is declined. */
const declinedShare = 0.05;

type Product = (typeof products)[number];
type Sale = { readonly productId: string; readonly quantity: number; readonly unitPrice: number };

/** Returns a random product. The demand of each product rises and falls, so that the boards move. */
const randomProduct = (): Product => {
  const now = Date.now() / 1000;
  const weights = products.map((_, index) => 1.2 + Math.sin(now / (11 + index) + index));
  let roll = Math.random() * weights.reduce((sum, weight) => sum + weight, 0);
  const found = products.find((_, index) => {
    roll -= weights[index] ?? 0;
    return roll < 0;
  });
  return found ?? products[0];
};

const randomSale = (): Sale => {
  const { productId, unitPrice } = randomProduct();
  return { productId, unitPrice, quantity: 1 + Math.floor(Math.random() * 3) };
};

const randomSales = (max: number): readonly Sale[] =>
  Array.from({ length: 1 + Math.floor(Math.random() * max) }, randomSale);

/** A shop with orders, and with sales that an outside system reports. */
export class Shop {
  private readonly client: Client;
  private readonly demo: DemoRun;
  private paid = 0;

  constructor(client: Client, demo: DemoRun) {
    this.client = client;
    this.demo = demo;
  }

  /** The number of paid orders. */
  get paidOrders(): number {
    return this.paid;
  }

  /** Adds the products, and sales of the last days. */
  async addProducts(): Promise<void> {
    for (const product of products) await this.post("/products", { ...product, stock });
    for (const daysAgo of [1, 2, 3, 5]) {
      const occurredAt = new Date(Date.now() - daysAgo * dayMs).toISOString();
      await this.reportSales(Array.from({ length: 100 }, randomSale), { occurredAt });
    }
  }

  /** Sells until the demo ends. */
  open(): void {
    const { demo } = this;
    demo.start(async () => {
      while (await demo.sleep(orderMs * 2 * Math.random())) demo.start(() => this.order(randomShopper()));
    });
    demo.start(async () => {
      while (await demo.sleep(reportMs * 2 * Math.random())) await this.reportSales(randomSales(4));
    });
    demo.start(async () => {
      while (await demo.sleep(logMs)) await this.logBestSeller();
    });
  }

  /** Places an order and pays it. A few orders are cancelled, and a few payments are declined first. */
  async order(shopper: string, userCouponId?: string): Promise<void> {
    const orderId = randomUUID();
    const items = randomSales(2).map(({ productId, quantity }) => ({ productId, quantity }));
    const order = { orderId, items, ...(userCouponId !== undefined && { userCouponId }) };
    successBody(await this.client.callWithRetry("POST", `${api}/orders`, shopper, order), "placing an order");
    const total = await this.waitForTotal(orderId, shopper);
    if (total === undefined || !(await this.demo.sleep(500 + Math.random() * 2500))) return;
    if (Math.random() < cancelledShare) {
      await this.client.callWithRetry("POST", `${api}/orders/${orderId}/cancellation`, shopper);
      return;
    }
    if (Math.random() < declinedShare) await this.pay(orderId, shopper, total, "sandbox-declined");
    successBody(await this.pay(orderId, shopper, total, "sandbox-ok"), "paying an order");
    this.paid += 1;
  }

  private pay(orderId: string, shopper: string, amount: number, paymentMethod: string): Promise<Reply> {
    const body = { orderId, amount, paymentMethod };
    const headers = { "idempotency-key": `${orderId}-${paymentMethod}` };
    return this.client.callWithRetry("POST", `${api}/payments`, shopper, body, [], headers);
  }

  /** Waits until the order is priced. Returns undefined if the order or the demo ends before. */
  private async waitForTotal(orderId: string, shopper: string): Promise<number | undefined> {
    while (await this.demo.sleep(100)) {
      const { body } = await this.client.callWithRetry("GET", `${api}/orders/${orderId}`, shopper);
      if (body.status === "awaiting-payment") return Number(body.total);
      if (body.status !== "pending") return undefined;
    }
    return undefined;
  }

  private async logBestSeller(): Promise<void> {
    const path = `${api}/rankings/products?window=1d&limit=1`;
    const { items } = successBody(await this.client.callWithRetry("GET", path, operator), path);
    const [best] = items as readonly { readonly name: string; readonly quantity: number }[];
    if (best !== undefined)
      this.demo.log(`${this.paid} orders paid, best seller today: ${best.name}, ${best.quantity} sold`);
  }

  private reportSales(sales: readonly Sale[], facts: object = {}): Promise<void> {
    return this.post("/sales", { sales: sales.map((sale) => ({ ...sale, ...facts, saleId: randomUUID() })) });
  }

  private async post(path: string, body: object): Promise<void> {
    successBody(await this.client.callWithRetry("POST", api + path, operator, body, ["admin"]), path);
  }
}
