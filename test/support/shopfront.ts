import { type IncomingMessage, request } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";

const api = "/api/v1";
/** How long a shopper keeps trying where the service is away, says "later", or has no news. */
const patienceMs = 100_000;
const againMs = 100;

export type Answer = { readonly status: number; readonly body: Readonly<Record<string, unknown>> };
export type Item = { readonly productId: string; readonly quantity: number };
/** What the shopper sees of an order. */
export type OrderSeen = {
  readonly orderId: string;
  readonly status: "pending" | "awaiting-payment" | "confirmed" | "cancelled";
  readonly reason?: string;
  readonly discount: number;
  readonly total: number;
  readonly expiresAt?: string;
  readonly timeline: readonly { readonly event: string; readonly at: string }[];
};
/** An order and whose it is. */
export type Placed = { readonly orderId: string; readonly shopper: string };
type Ask = { readonly as?: string; readonly body?: unknown; readonly key?: string };

/** Fails with the whole answer where it is not one that the rest of a test stands on. */
const expected = ({ status, body }: Answer, ...good: readonly number[]): Answer["body"] => {
  if (!good.includes(status)) throw new Error(`${status}: ${JSON.stringify(body)}`);
  return body;
};

/** The shop as its shoppers and operators meet it at one address, whichever process serves it just now. */
export class Shopfront {
  private readonly base: URL;

  constructor(base: URL) {
    this.base = base;
  }

  /** One request. @throws what the connection throws */
  async ask(method: string, path: string, { as = "operator", body, key }: Ask = {}): Promise<Answer> {
    const headers: Record<string, string> = { "x-user-id": as, "content-type": "application/json" };
    if (key !== undefined) headers["idempotency-key"] = key;
    const content = body === undefined ? {} : { body: JSON.stringify(body) };
    const response = await fetch(new URL(api + path, this.base), { method, headers, ...content });
    const text = await response.text();
    return { status: response.status, body: text === "" ? {} : JSON.parse(text) };
  }

  /** The same until somebody answers: broken connections and 503 are tried again, as a front end would. */
  async insist(method: string, path: string, ask: Ask = {}): Promise<Answer> {
    for (const deadline = Date.now() + patienceMs; ; await sleep(againMs)) {
      const answer = await this.ask(method, path, ask).catch(() => null);
      if (answer !== null && answer.status !== 503) return answer;
      if (Date.now() > deadline) throw new Error(`${method} ${path}: nobody answers`);
    }
  }

  /** Adds a product of fifty at 1,000 each, but for what is said. */
  async addProduct(productId: string, facts: { readonly stock?: number; readonly unitPrice?: number } = {}) {
    const body = { productId, name: "Cup", unitPrice: 1000, stock: 50, ...facts };
    expected(await this.insist("POST", "/products", { body }), 201, 200);
    return productId;
  }

  /** Where a product's units are. */
  async audit(productId: string): Promise<Answer["body"]> {
    return expected(await this.insist("GET", `/products/${productId}/audit`), 200);
  }

  /** Opens a coupon of 300 off, and each shopper claims one; answers theirs in order. */
  async grant(couponId: string, shoppers: readonly string[]): Promise<readonly string[]> {
    const discount = { type: "fixed", value: 300 };
    const body = { couponId, name: "Coupon", quantity: shoppers.length, discount };
    expected(await this.insist("POST", "/coupons", { body }), 201, 200);
    return Promise.all(
      shoppers.map(async (as) => {
        const claimed = expected(await this.insist("POST", `/coupons/${couponId}/claims`, { as }), 202, 200);
        const task = await this.hear<{ status: string; result?: { userCouponId: string } }>(
          `/tasks/${claimed.taskId}/events`,
          as,
          ({ status }) => status !== "pending",
        );
        return String(task.result?.userCouponId);
      }),
    );
  }

  /** Places an order of chosen id, until it is known to stand. */
  async place(order: Placed, items: readonly Item[], userCouponId?: string): Promise<void> {
    const body = { orderId: order.orderId, items, ...(userCouponId !== undefined && { userCouponId }) };
    expected(await this.insist("POST", "/orders", { as: order.shopper, body }), 202, 200);
  }

  /** The order as it stands. */
  async order({ orderId, shopper }: Placed): Promise<OrderSeen> {
    return expected(await this.insist("GET", `/orders/${orderId}`, { as: shopper }), 200) as unknown as OrderSeen;
  }

  /** Follows an order, on a new connection where one breaks, until `is` says so of what it hears. */
  follow({ orderId, shopper }: Placed, is: (order: OrderSeen) => boolean): Promise<OrderSeen> {
    return this.hear(`/orders/${orderId}/events`, shopper, is);
  }

  /** What becomes of an order: to be paid, confirmed or cancelled. */
  decided(order: Placed): Promise<OrderSeen> {
    return this.follow(order, ({ status }) => status !== "pending");
  }

  /** Its end. */
  ended(order: Placed): Promise<OrderSeen> {
    return this.follow(order, hasEnded);
  }

  /** One request to pay for an order. @throws what the connection throws */
  pay({ orderId, shopper }: Placed, amount: number, key: string, paymentMethod = "sandbox-ok"): Promise<Answer> {
    return this.ask("POST", "/payments", { as: shopper, key, body: { orderId, amount, paymentMethod } });
  }

  /** Asks again and again until `is` says so of the answer. */
  async until<T>(ask: () => Promise<T>, is: (answer: T) => boolean): Promise<T> {
    for (const deadline = Date.now() + patienceMs; ; await sleep(againMs)) {
      const answer = await ask();
      if (is(answer)) return answer;
      if (Date.now() > deadline) throw new Error(`still ${JSON.stringify(answer)}`);
    }
  }

  /** Every dead letter. */
  async deadLetters(): Promise<readonly Readonly<Record<string, unknown>>[]> {
    return expected(await this.insist("GET", "/admin/dead-letters?limit=200"), 200).items as never;
  }

  private async hear<T>(path: string, as: string, is: (told: T) => boolean): Promise<T> {
    for (const deadline = Date.now() + patienceMs; ; await sleep(againMs)) {
      try {
        let text = "";
        for await (const piece of await openStream(new URL(api + path, this.base), as)) {
          text += piece;
          const frames = text.split("\n\n");
          text = frames.pop() ?? "";
          for (const data of frames.flatMap((frame) => /^data: (.*)$/m.exec(frame)?.[1] ?? [])) {
            const told = JSON.parse(data);
            if (is(told)) return told;
          }
        }
      } catch {
        // Whoever served it is gone; the next one knows as much.
      }
      if (Date.now() > deadline) throw new Error(`${path}: no news`);
    }
  }
}

/** Not by `fetch`, which after hanging up on a stream opens a connection that it never uses. */
const openStream = (url: URL, as: string) =>
  new Promise<IncomingMessage>((resolve, reject) => {
    request(url, { agent: false, headers: { "x-user-id": as } }, (response) => resolve(response.setEncoding("utf8")))
      .on("error", reject)
      .end();
  });

/** Whether nothing more will happen to it. */
export const hasEnded = ({ status }: OrderSeen): boolean => status === "confirmed" || status === "cancelled";
