import { randomUUID } from "node:crypto";
import type { Client, Reply } from "../../bench/rehearsal/client.js";
import { expected } from "./expected.js";
import { anyShopper, goods } from "./invented.js";
import type { Stage } from "./stage.js";

const api = "/api/v1";
const operator = "demo-operator";
const dayMs = 86_400_000;
/** As many of each as last a day. */
const stock = 100_000;
/** Between two orders, and two reports of the market stall, on average; and between two lines about them, ms. */
const orderMs = 350;
const stallMs = 1500;
const tellMs = 15_000;
/** The shares of orders that are cancelled, and whose card is declined at first. */
const cancelled = 0.05;
const declined = 0.05;

type Good = (typeof goods)[number];
type Sale = { readonly productId: string; readonly quantity: number; readonly unitPrice: number };

/** What somebody buys: everything has its own tide, so that the boards move. */
const anyGood = (): Good => {
  const now = Date.now() / 1000;
  const weights = goods.map((_, index) => 1.2 + Math.sin(now / (11 + index) + index));
  let left = Math.random() * weights.reduce((sum, weight) => sum + weight, 0);
  const found = goods.find((_, index) => {
    left -= weights[index] ?? 0;
    return left < 0;
  });
  return found ?? goods[0];
};

const anySale = (): Sale => {
  const { productId, unitPrice } = anyGood();
  return { productId, unitPrice, quantity: 1 + Math.floor(Math.random() * 3) };
};

const anySales = (most: number): readonly Sale[] =>
  Array.from({ length: 1 + Math.floor(Math.random() * most) }, anySale);

/** A small shop: its orders are placed and paid here, and its stall on the market reports its own sales. */
export class Shop {
  private readonly client: Client;
  private readonly stage: Stage;
  private paid = 0;

  constructor(client: Client, stage: Stage) {
    this.client = client;
    this.stage = stage;
  }

  /** Orders that were paid so far. */
  get ordersPaid(): number {
    return this.paid;
  }

  /** Fills the shelves, and the books of the last days. */
  async fill(): Promise<void> {
    for (const product of goods) await this.operate("/products", { ...product, stock });
    for (const daysAgo of [1, 2, 3, 5]) {
      const occurredAt = new Date(Date.now() - daysAgo * dayMs).toISOString();
      await this.report(Array.from({ length: 100 }, anySale), { occurredAt });
    }
  }

  /** Sells until the show is over. */
  open(): void {
    this.stage.go(async () => {
      while (await this.stage.pause(orderMs * 2 * Math.random())) this.stage.go(() => this.order(anyShopper()));
    });
    this.stage.go(async () => {
      while (await this.stage.pause(stallMs * 2 * Math.random())) await this.report(anySales(4));
    });
    this.stage.go(async () => {
      while (await this.stage.pause(tellMs)) await this.tell();
    });
  }

  /** One order, from the basket to the payment; a few think better of it, or are declined at first. */
  async order(shopper: string, userCouponId?: string): Promise<void> {
    const orderId = randomUUID();
    const items = anySales(2).map(({ productId, quantity }) => ({ productId, quantity }));
    const order = { orderId, items, ...(userCouponId !== undefined && { userCouponId }) };
    expected(await this.client.insist("POST", `${api}/orders`, shopper, order), "an order");
    const total = await this.totalOf(orderId, shopper);
    if (total === undefined || !(await this.stage.pause(500 + Math.random() * 2500))) return;
    if (Math.random() < cancelled) {
      await this.client.insist("POST", `${api}/orders/${orderId}/cancellation`, shopper);
      return;
    }
    if (Math.random() < declined) await this.pay(orderId, shopper, total, "sandbox-declined");
    expected(await this.pay(orderId, shopper, total, "sandbox-ok"), "a payment");
    this.paid += 1;
  }

  private pay(orderId: string, shopper: string, amount: number, paymentMethod: string): Promise<Reply> {
    const body = { orderId, amount, paymentMethod };
    const headers = { "idempotency-key": `${orderId}-${paymentMethod}` };
    return this.client.insist("POST", `${api}/payments`, shopper, body, [], headers);
  }

  /** What is to be paid, once that is known; nothing where the order or the show ended before. */
  private async totalOf(orderId: string, shopper: string): Promise<number | undefined> {
    while (await this.stage.pause(100)) {
      const { body } = await this.client.insist("GET", `${api}/orders/${orderId}`, shopper);
      if (body.status === "awaiting-payment") return Number(body.total);
      if (body.status !== "pending") return undefined;
    }
    return undefined;
  }

  private async tell(): Promise<void> {
    const board = await this.client.insist("GET", `${api}/rankings/products?window=1d&limit=1`, operator);
    const [best] = expected(board, "the board").items as readonly {
      readonly name: string;
      readonly quantity: number;
    }[];
    if (best !== undefined)
      this.stage.say(`${this.paid} orders are paid; best seller today: ${best.name}, ${best.quantity} sold`);
  }

  private report(sales: readonly Sale[], facts: object = {}): Promise<void> {
    return this.operate("/sales", { sales: sales.map((sale) => ({ ...sale, ...facts, saleId: randomUUID() })) });
  }

  private async operate(path: string, body: object): Promise<void> {
    expected(await this.client.insist("POST", api + path, operator, body, ["admin"]), path);
  }
}
