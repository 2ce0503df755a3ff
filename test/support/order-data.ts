import fc from "fast-check";
import type { Database } from "../../src/adapters/sql/database.js";
import { SqlUnitOfWork } from "../../src/adapters/sql/sql-unit-of-work.js";
import { sha256Digest } from "../../src/adapters/system/sha256-digest.js";
import type { IdempotencyKey, OrderId, PaymentId, ProductId, UserCouponId } from "../../src/domain/ids.js";
import { type Money, totalOf } from "../../src/domain/money.js";
import * as step from "../../src/domain/order.js";
import { beginPayment, type Payment } from "../../src/domain/payment.js";
import { DomainError } from "../../src/domain/problem.js";
import { movesOf, type Product } from "../../src/domain/product.js";
import type { EpochMs } from "../../src/domain/time.js";
import { noon, userId } from "./coupon-data.js";

export const productId = (id: string) => id as ProductId;
export const orderId = (id: string) => id as OrderId;
export const paymentId = (id: string) => id as PaymentId;
export const userCouponId = (id: string) => id as UserCouponId;
export const idempotencyKey = (key: string) => key as IdempotencyKey;
export const money = (amount: number) => amount as Money;
/** `ms` after noon. */
export const later = (ms: number) => (noon + ms) as EpochMs;

/** Time from placing to expiry of the orders made here. */
export const ttlMs = 60_000;

/** A product with the unit price 1,000 and no category, except for `facts`. */
export const product = (id: string, facts: Partial<Product> = {}): Product => ({
  productId: productId(id),
  name: `Product ${id}`,
  unitPrice: money(1000),
  category: null,
  ...facts,
});

/** Adds products with this stock each. */
export const addProducts = (db: Database, stock: number, ...products: readonly Product[]): Promise<void> =>
  new SqlUnitOfWork(db, () => {}).run(async (tx) => {
    for (const each of products) await tx.products.add(each, stock, noon);
  });

/** The moves of one unit of each product. */
export const oneOf = (move: Parameters<typeof movesOf>[0], ...ids: readonly string[]) =>
  movesOf(
    move,
    ids.map((id) => [{ productId: productId(id), quantity: 1 }]),
  );

type Facts = Partial<Parameters<typeof step.place>[0]> & { readonly placedAt?: EpochMs };

/** A placed order of one unit of `p`, whose shopper is `<id>-shopper`, except for `facts`. */
export const placed = (id: string, { placedAt = noon, ...facts }: Facts = {}): step.Order =>
  step.place(
    {
      orderId: orderId(id),
      userId: userId(`${id}-shopper`),
      lines: [{ productId: productId("p"), quantity: 1, unitPrice: money(1000) }],
      userCouponId: null,
      expiresAt: (placedAt + ttlMs) as EpochMs,
      ...facts,
    },
    placedAt,
  ).order;

/** The same order after further steps, each at `at`. */
export const stocked = (order: step.Order, at: EpochMs = noon) => step.reserve(order, true, at).order;
export const awaiting = (order: step.Order, at: EpochMs = noon) => step.price(stocked(order, at), null, at).order;
export const paying = (order: step.Order, at: EpochMs = noon, by = `${order.orderId}-payment`) =>
  step.startPayment(awaiting(order, at), paymentId(by), totalOf(order), at);
export const confirmed = (order: step.Order, at: EpochMs = noon) => {
  const paid = paying(order, at);
  return step.confirm(paid, paid.openPayment as PaymentId, at).order;
};
export const cancelled = (order: step.Order, at: EpochMs = noon) => step.cancel(order, "expired", at).order;

/** Writes the current state of orders. */
export const writeOrders = (db: Database, ...orders: readonly step.Order[]): Promise<void> =>
  new SqlUnitOfWork(db, () => {}).run((tx) => tx.orders.save(orders));

const reasons = ["out-of-stock", "coupon-not-redeemable", "expired", "cancelled-by-shopper", "internal"] as const;
const discounts = [
  { type: "percent", value: 33 },
  { type: "fixed", value: money(7) },
] as const;
type TakeStep = (order: step.Order, n: number, at: EpochMs) => step.Order;
const steps: readonly TakeStep[] = [
  (order, _, at) => step.reserve(order, true, at).order,
  (order, _, at) => step.reserve(order, false, at).order,
  (order, _, at) => step.redeem(order, true, at).order,
  (order, _, at) => step.redeem(order, false, at).order,
  (order, n, at) => step.price(order, order.userCouponId && (discounts[n % 2] ?? null), at).order,
  (order, n, at) => step.startPayment(order, paymentId(`payment-${n}`), totalOf(order), at),
  (order, _, at) => step.releasePayment(order, openPaymentOf(order), at).order,
  (order, _, at) => step.confirm(order, openPaymentOf(order), at).order,
  // One cancellation in eight, so that most orders reach later steps.
  (order, n, at) => (n % 8 === 0 ? step.cancel(order, reasons[n % 5] ?? "internal", at).order : order),
];
const openPaymentOf = (order: step.Order) =>
  (order.status === "awaiting-payment" ? order.openPayment : null) ?? paymentId("none");

/** The states that one step leads to. */
const nextStates = (order: step.Order, n: number, at: EpochMs): readonly step.Order[] =>
  steps.flatMap((take) => {
    try {
      const next = take(order, n, at);
      return next === order ? [] : [next];
    } catch (error) {
      if (error instanceof DomainError) return [];
      throw error;
    }
  });

/** A shopper's id may contain any visible ASCII character: quotes, backslashes, question marks. */
const anyUserId = fc
  .string({
    unit: fc.integer({ min: 0x21, max: 0x7e }).map((code) => String.fromCharCode(code)),
    minLength: 1,
    maxLength: 128,
  })
  .map(userId);
const anyId = fc.stringMatching(/^[A-Za-z0-9_-]{1,64}$/);

/** The states of one order after each step of a random sequence. */
export const anyTrail: fc.Arbitrary<readonly step.Order[]> = fc
  .record({
    orderId: fc.uuid().map(orderId),
    userId: anyUserId,
    lines: fc.uniqueArray(
      fc.record({
        productId: anyId.map(productId),
        quantity: fc.integer({ min: 1, max: 1000 }),
        unitPrice: fc.integer({ min: 0, max: 20_000 }).map(money),
      }),
      { selector: (line) => line.productId, minLength: 1, maxLength: 50 },
    ),
    userCouponId: fc.option(anyId.map(userCouponId)),
    choices: fc.array(fc.nat({ max: 1000 }), { minLength: 5, maxLength: 9 }),
  })
  .map(({ choices, ...facts }) => {
    const trail = [step.place({ ...facts, expiresAt: later(ttlMs) }, noon).order];
    for (const [index, n] of choices.entries()) {
      const next = nextStates(trail.at(-1) as step.Order, n, later(index + 1));
      if (next.length > 0) trail.push(next[n % next.length] as step.Order);
    }
    return trail;
  });

/** What a payment by `sandbox-ok` has when it starts. */
export const paymentStart = { methodDigest: sha256Digest("sandbox-ok"), provider: "sandbox" } as const;

/** A started payment of 1,000 for the order `<id>-order`, except for `facts`. */
export const payment = (id: string, facts: Partial<Payment> = {}): Payment => ({
  ...beginPayment(
    {
      userId: userId(`${id}-shopper`),
      key: idempotencyKey(`${id}-key`),
      subject: { kind: "order", orderId: orderId(`${id}-order`) },
      amount: money(1000),
      method: "sandbox-ok",
    },
    { ...paymentStart, paymentId: paymentId(id) },
    noon,
  ),
  ...facts,
});
