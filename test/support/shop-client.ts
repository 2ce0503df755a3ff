import { type IncomingMessage, request } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";

const api = "/api/v1";
/** How long requests are retried, and how long events are awaited. */
const timeoutMs = 100_000;
const retryMs = 100;

export type ShopResponse = { readonly status: number; readonly body: Readonly<Record<string, unknown>> };
export type Item = { readonly productId: string; readonly quantity: number };
/** An order as the API returns it. */
export type OrderView = {
  readonly orderId: string;
  readonly status: "pending" | "awaiting-payment" | "confirmed" | "cancelled";
  readonly reason?: string;
  readonly discount: number;
  readonly total: number;
  readonly expiresAt?: string;
  readonly timeline: readonly { readonly event: string; readonly at: string }[];
};
/** An order and its shopper. */
export type PlacedOrder = { readonly orderId: string; readonly shopper: string };
type RequestOptions = { readonly as?: string; readonly body?: unknown; readonly key?: string };

/** Returns the body. @throws Error with the response if its status is not expected */
const bodyOf = ({ status, body }: ShopResponse, ...expected: readonly number[]): ShopResponse["body"] => {
  if (!expected.includes(status)) throw new Error(`${status}: ${JSON.stringify(body)}`);
  return body;
};

/** Orders and pays at one address, whichever process serves it. */
export class ShopClient {
  private readonly base: URL;

  constructor(base: URL) {
    this.base = base;
  }

  /** Sends one request. @throws the error of the connection */
  async request(method: string, path: string, { as = "operator", body, key }: RequestOptions = {}) {
    const headers: Record<string, string> = { "x-user-id": as, "content-type": "application/json" };
    if (key !== undefined) headers["idempotency-key"] = key;
    const content = body === undefined ? {} : { body: JSON.stringify(body) };
    const response = await fetch(new URL(api + path, this.base), { method, headers, ...content });
    const text = await response.text();
    return { status: response.status, body: text === "" ? {} : JSON.parse(text) } as ShopResponse;
  }

  /** Sends a request and retries after 503 and broken connections, as a front end does. */
  async requestWithRetry(method: string, path: string, options: RequestOptions = {}): Promise<ShopResponse> {
    for (const deadline = Date.now() + timeoutMs; ; await sleep(retryMs)) {
      const response = await this.request(method, path, options).catch(() => null);
      if (response !== null && response.status !== 503) return response;
      if (Date.now() > deadline) throw new Error(`${method} ${path}: no response`);
    }
  }

  /** Adds a product, by default 50 units at 1,000. */
  async addProduct(productId: string, facts: { readonly stock?: number; readonly unitPrice?: number } = {}) {
    const body = { productId, name: "Cup", unitPrice: 1000, stock: 50, ...facts };
    bodyOf(await this.requestWithRetry("POST", "/products", { body }), 201, 200);
    return productId;
  }

  async audit(productId: string): Promise<ShopResponse["body"]> {
    return bodyOf(await this.requestWithRetry("GET", `/products/${productId}/audit`), 200);
  }

  /** Opens a coupon of 300 off and issues one to each shopper. Returns their ids in the order of the shoppers. */
  async issueCoupons(couponId: string, shoppers: readonly string[]): Promise<readonly string[]> {
    const discount = { type: "fixed", value: 300 };
    const body = { couponId, name: "Coupon", quantity: shoppers.length, discount };
    bodyOf(await this.requestWithRetry("POST", "/coupons", { body }), 201, 200);
    return Promise.all(
      shoppers.map(async (as) => {
        const claim = bodyOf(await this.requestWithRetry("POST", `/coupons/${couponId}/claims`, { as }), 202, 200);
        const task = await this.waitForEvent<{ status: string; result?: { userCouponId: string } }>(
          `/tasks/${claim.taskId}/events`,
          as,
          ({ status }) => status !== "pending",
        );
        return String(task.result?.userCouponId);
      }),
    );
  }

  /** Places an order, with retries. */
  async placeOrder(order: PlacedOrder, items: readonly Item[], userCouponId?: string): Promise<void> {
    const body = { orderId: order.orderId, items, ...(userCouponId !== undefined && { userCouponId }) };
    bodyOf(await this.requestWithRetry("POST", "/orders", { as: order.shopper, body }), 202, 200);
  }

  async getOrder({ orderId, shopper }: PlacedOrder): Promise<OrderView> {
    const response = await this.requestWithRetry("GET", `/orders/${orderId}`, { as: shopper });
    return bodyOf(response, 200) as unknown as OrderView;
  }

  cancelOrder({ orderId, shopper }: PlacedOrder): Promise<ShopResponse> {
    return this.request("POST", `/orders/${orderId}/cancellation`, { as: shopper });
  }

  /** Follows an order until `isAwaited` accepts one of its states. Reconnects if the stream breaks. */
  followOrder({ orderId, shopper }: PlacedOrder, isAwaited: (order: OrderView) => boolean): Promise<OrderView> {
    return this.waitForEvent(`/orders/${orderId}/events`, shopper, isAwaited);
  }

  /** Waits until an order is no longer pending. */
  waitForDecision(order: PlacedOrder): Promise<OrderView> {
    return this.followOrder(order, ({ status }) => status !== "pending");
  }

  /** Waits until an order is confirmed or cancelled. */
  waitForEnd(order: PlacedOrder): Promise<OrderView> {
    return this.followOrder(order, hasEnded);
  }

  /** Sends one payment request. @throws the error of the connection */
  pay({ orderId, shopper }: PlacedOrder, amount: number, key: string, paymentMethod = "sandbox-ok") {
    return this.request("POST", "/payments", { as: shopper, key, body: { orderId, amount, paymentMethod } });
  }

  /** Repeats a read until `isAwaited` accepts its result. */
  async poll<T>(read: () => Promise<T>, isAwaited: (result: T) => boolean): Promise<T> {
    for (const deadline = Date.now() + timeoutMs; ; await sleep(retryMs)) {
      const result = await read();
      if (isAwaited(result)) return result;
      if (Date.now() > deadline) throw new Error(`still ${JSON.stringify(result)}`);
    }
  }

  async deadLetters(): Promise<readonly Readonly<Record<string, unknown>>[]> {
    return bodyOf(await this.requestWithRetry("GET", "/admin/dead-letters?limit=200"), 200).items as never;
  }

  private async waitForEvent<T>(path: string, as: string, isAwaited: (data: T) => boolean): Promise<T> {
    for (const deadline = Date.now() + timeoutMs; ; await sleep(retryMs)) {
      try {
        let text = "";
        for await (const chunk of await openStream(new URL(api + path, this.base), as)) {
          text += chunk;
          const frames = text.split("\n\n");
          text = frames.pop() ?? "";
          for (const json of frames.flatMap((frame) => /^data: (.*)$/m.exec(frame)?.[1] ?? [])) {
            const data = JSON.parse(json);
            if (isAwaited(data)) return data;
          }
        }
      } catch {
        // The process has ended. The next connection continues with its successor.
      }
      if (Date.now() > deadline) throw new Error(`${path}: no such event`);
    }
  }
}

/** Opens a stream without `fetch`, which opens an unused connection after it disconnects from a stream. */
const openStream = (url: URL, as: string) =>
  new Promise<IncomingMessage>((resolve, reject) => {
    request(url, { agent: false, headers: { "x-user-id": as } }, (response) => resolve(response.setEncoding("utf8")))
      .on("error", reject)
      .end();
  });

/** Whether the order is confirmed or cancelled. */
export const hasEnded = ({ status }: OrderView): boolean => status === "confirmed" || status === "cancelled";
