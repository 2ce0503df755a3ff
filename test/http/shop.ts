import { type HttpApp, type Json, openCoupon } from "../support/http-app.js";
import { follow } from "./follow.js";

export const minute = 60_000;

/** Fails with the whole answer where it is not the one that the rest of a test stands on. */
const expected = ({ status, text, body }: Awaited<ReturnType<HttpApp["ask"]>>, ...good: readonly number[]): Json => {
  if (!good.includes(status)) throw new Error(`${status}: ${text}`);
  return body;
};

/** Adds a product of fifty at 1,000 each, but for what is said; answers its id. */
export const addProduct = async (app: HttpApp, facts: Readonly<Record<string, unknown>> = {}): Promise<string> => {
  const body = { name: "Cup", unitPrice: 1000, stock: 50, ...facts };
  return String(expected(await app.ask("POST", "/api/v1/products", { body }), 201).productId);
};

/** Where a product's units are. */
export const audited = async (app: HttpApp, productId: string): Promise<Json> =>
  expected(await app.ask("GET", `/api/v1/products/${productId}/audit`), 200);

export const line = (productId: string, quantity = 1) => ({ productId, quantity });

/** Places an order, of one of each product or of the lines given; answers its id. */
export const placeOrder = async (
  app: HttpApp,
  items: readonly (string | ReturnType<typeof line>)[],
  { as = "kim", ...facts }: { readonly as?: string; readonly [fact: string]: unknown } = {},
): Promise<string> => {
  const body = { items: items.map((item) => (typeof item === "string" ? line(item) : item)), ...facts };
  return String(expected(await app.ask("POST", "/api/v1/orders", { as, body }), 202).orderId);
};

/** An order as its shopper sees it. */
export const orderOf = async (app: HttpApp, orderId: string, as = "kim"): Promise<Json> =>
  expected(await app.ask("GET", `/api/v1/orders/${orderId}`, { as }), 200);

/** Follows an order until it has come to the status; answers it as it stands then. */
export const reached = async (app: HttpApp, orderId: string, status: string, as = "kim"): Promise<Json> => {
  const stream = await follow(app, `/api/v1/orders/${orderId}/events`, as);
  await stream.until(`"status":"${status}"`);
  stream.leave();
  const order = await orderOf(app, orderId, as);
  if (String(order.status) !== status) throw new Error(JSON.stringify(order));
  return order;
};

/** An order of one unit of a product, or of what is said, that is awaiting its payment. */
export const payableOrder = async (
  app: HttpApp,
  { as = "kim", product = {} }: { readonly as?: string; readonly product?: Readonly<Record<string, unknown>> } = {},
): Promise<{ readonly orderId: string; readonly productId: string }> => {
  const productId = await addProduct(app, product);
  const orderId = await placeOrder(app, [productId], { as });
  await reached(app, orderId, "awaiting-payment", as);
  return { orderId, productId };
};

/** Sends a payment; `key` null sends none. */
export const pay = (app: HttpApp, key: string | null, body: unknown, as = "kim") =>
  app.ask("POST", "/api/v1/payments", { as, body, headers: key === null ? {} : { "idempotency-key": key } });

/** A coupon in the shopper's hands, of ten per cent but for what is said; answers its id. */
export const heldCoupon = async (
  app: HttpApp,
  as = "kim",
  facts: Readonly<Record<string, unknown>> = {},
): Promise<string> => {
  const couponId = await openCoupon(app, facts);
  const { taskId } = expected(await app.ask("POST", `/api/v1/coupons/${couponId}/claims`, { as }), 202);
  await app.ask("GET", `/api/v1/tasks/${taskId}/events`, { as });
  return String(expected(await app.ask("GET", `/api/v1/tasks/${taskId}`, { as }), 200).result?.userCouponId);
};

/** An answer's text without what names the request and the thing asked for: what may tell a foreign thing apart. */
export const neutral = (text: string, ...named: readonly unknown[]): string =>
  named.reduce<string>((rest, name) => rest.replaceAll(String(name), ""), text);
