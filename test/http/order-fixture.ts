import { createCoupon, type HttpClients } from "../support/http-app.js";
import { openStream } from "./event-stream-client.js";

export const minute = 60_000;

type Facts = Readonly<Record<string, unknown>>;

/** Adds a product with 50 units at 1,000, unless `facts` say otherwise; returns its id. */
export const addProduct = async (app: HttpClients, facts: Facts = {}): Promise<string> => {
  const product = { name: "Cup", unitPrice: 1000, stock: 50, ...facts };
  const { body } = await app.client.post("/api/v1/products").send(product).expect(201);
  return body.productId;
};

/** Returns the audit of a product. */
export const auditOf = async (app: HttpClients, productId: string) =>
  (await app.client.get(`/api/v1/products/${productId}/audit`).expect(200)).body;

export const line = (productId: string, quantity = 1) => ({ productId, quantity });

/** Places an order of these lines, or of one unit of each product; returns its id. */
export const placeOrder = async (
  app: HttpClients,
  items: readonly (string | ReturnType<typeof line>)[],
  { as = "kim", ...facts }: { readonly as?: string; readonly [fact: string]: unknown } = {},
): Promise<string> => {
  const order = { items: items.map((item) => (typeof item === "string" ? line(item) : item)), ...facts };
  const { body } = await app.as(as).post("/api/v1/orders").send(order).expect(202);
  return body.orderId;
};

/** Returns an order as its shopper sees it. */
export const orderOf = async (app: HttpClients, orderId: string, as = "kim") =>
  (await app.as(as).get(`/api/v1/orders/${orderId}`).expect(200)).body;

/** Waits until an order has the status; returns the order. */
export const orderReaching = async (app: HttpClients, orderId: string, status: string, as = "kim") => {
  const stream = await openStream(app, `/api/v1/orders/${orderId}/events`, as);
  await stream.until(`"status":"${status}"`);
  stream.leave();
  const order = await orderOf(app, orderId, as);
  if (order.status !== status) throw new Error(JSON.stringify(order));
  return order;
};

/** Places an order of one unit of a new product and waits until it can be paid. */
export const payableOrder = async (
  app: HttpClients,
  { as = "kim", product = {} }: { readonly as?: string; readonly product?: Facts } = {},
): Promise<{ readonly orderId: string; readonly productId: string }> => {
  const productId = await addProduct(app, product);
  const orderId = await placeOrder(app, [productId], { as });
  await orderReaching(app, orderId, "awaiting-payment", as);
  return { orderId, productId };
};

let keys = 0;
/** Returns an idempotency key that no other payment uses. */
export const newKey = (): string => {
  keys += 1;
  return `key-${keys}`;
};

/** Sends a payment; without a key if `key` is null. */
export const pay = (app: HttpClients, key: string | null, payment: object | string, as = "kim") => {
  const request = app.as(as).post("/api/v1/payments").type("json").send(payment);
  return key === null ? request : request.set("Idempotency-Key", key);
};

/** Claims a new coupon of 10 %, unless `facts` say otherwise, and waits for it; returns its userCouponId. */
export const userCouponFor = async (app: HttpClients, as = "kim", facts: Facts = {}): Promise<string> => {
  const couponId = await createCoupon(app, facts);
  const claim = await app.as(as).post(`/api/v1/coupons/${couponId}/claims`).expect(202);
  const { taskId } = claim.body;
  await (await openStream(app, `/api/v1/tasks/${taskId}/events`, as)).toEnd();
  return (await app.as(as).get(`/api/v1/tasks/${taskId}`).expect(200)).body.result.userCouponId;
};

/** Returns a response's text without its request id and without `ids`, to compare the rest. */
export const withoutIds = ({ text, body }: { text: string; body: { requestId?: string } }, ...ids: string[]): string =>
  [String(body.requestId), ...ids].reduce((rest, id) => rest.replaceAll(id, ""), text);
