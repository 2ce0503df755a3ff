import type { OrderRequest } from "../../src/application/order/place-order.js";
import type { Application } from "../../src/bootstrap/open-application.js";
import type { IdempotencyKey, OrderId, PaymentId, ProductId, UserCouponId, UserId } from "../../src/domain/ids.js";
import { type Money, totalOf } from "../../src/domain/money.js";
import type { Payment, PaymentMethod, PaymentRequest } from "../../src/domain/payment.js";
import { operator } from "../support/operator.js";
import type { OrderLedger } from "../support/order-ledger.js";
import type { SeededRandom } from "../support/seeded-random.js";

/** A request of a shopper or an operator, and the problem codes that may reject it. */
export type Attempt = {
  readonly what: string;
  readonly send: () => Promise<string>;
  readonly allowedCodes: readonly string[];
};

const products = ["lamp", "mug", "rug"] as const;
const methods: readonly PaymentMethod[] = [
  ...(["sandbox-ok", "sandbox-ok", "sandbox-ok", "sandbox-ok", "sandbox-slow", "sandbox-slow"] as const),
  ...(["sandbox-declined", "sandbox-declined", "sandbox-silent-captured", "sandbox-silent-lost"] as const),
];
const paymentCodes = [
  ...["order-not-found", "order-not-payable", "already-paid", "payment-in-progress"],
  ...["amount-mismatch", "idempotency-key-reused"],
];

/** Shoppers who order, pay, cancel and repeat requests; the seed decides when. */
export class OrderShoppers {
  private readonly random: SeededRandom;
  private readonly ledger: OrderLedger;
  private readonly application: Application;
  private readonly toPlace: OrderRequest[] = [];
  private readonly placed: OrderRequest[] = [];
  private readonly payments: PaymentRequest[] = [];
  private readonly paymentIds = new Map<string, PaymentId>();
  private requestsLeft: number;
  /** Responses that contradict the database or an earlier response, one line each. */
  readonly wrongResponses: string[] = [];

  constructor(random: SeededRandom, ledger: OrderLedger, application: Application) {
    this.random = random;
    this.ledger = ledger;
    this.application = application;
    for (const product of products) ledger.addProduct(product, random.pick([0, 500, 700, 1200]), 2 + random.below(10));
    for (const shopper of ["ann", "ben"]) {
      const percent = { type: "percent", value: random.pick([10, 33, 100]) } as const;
      const fixed = { type: "fixed", value: random.pick([300, 1000, 5000]) as Money } as const;
      ledger.addCoupon(`${shopper}-coupon`, shopper, random.chance(0.5) ? fixed : percent);
    }
    const count = 4 + random.below(4);
    for (let n = 1; n <= count; n += 1) this.toPlace.push(this.order(`order-${n}`));
    this.requestsLeft = count * 4;
  }

  /** Whether the shoppers send more requests. */
  get hasMore(): boolean {
    return this.requestsLeft > 0;
  }

  /** Returns the next request; often none while there is nothing to pay. */
  next(): Attempt | undefined {
    const { random } = this;
    const payable = this.payable();
    const newOrder = random.chance(0.5) ? this.toPlace.shift() : undefined;
    if (newOrder === undefined && (this.placed.length === 0 || (payable.length === 0 && random.chance(0.8)))) return;
    this.requestsLeft -= 1;
    if (newOrder !== undefined) {
      this.placed.push(newOrder);
      return this.place(newOrder);
    }
    const request = random.pick(payable.length > 0 && random.chance(0.8) ? payable : this.placed);
    const roll = random.next();
    if (roll < (payable.length > 0 ? 0.72 : 0.4)) return this.pay(request);
    // Often an order that is still being processed.
    if (roll < 0.86) return this.cancel(random.pick(this.placed.slice(-3)));
    if (roll < 0.91) return this.place(request);
    if (roll < 0.95) return this.place({ ...request, items: [...request.items, ...request.items] });
    return this.changeProduct();
  }

  private order(id: string): OrderRequest {
    const { random } = this;
    const userId = random.pick(["ann", "ann", "ben"]) as UserId;
    const items = Array.from({ length: 1 + random.below(3) }, () => ({
      productId: random.pick(products) as string as ProductId,
      quantity: 1 + random.below(3),
    }));
    const userCouponId = random.chance(0.6) ? (`${userId}-coupon` as UserCouponId) : null;
    return { orderId: id as OrderId, userId, items, userCouponId };
  }

  private payable(): readonly OrderRequest[] {
    const orders = this.ledger.orders().filter((order) => order.status === "awaiting-payment" && !order.openPayment);
    return this.placed.filter(({ orderId }) => orders.some((order) => order.orderId === orderId));
  }

  private place(request: OrderRequest): Attempt {
    const send = async () => {
      const { placed, order } = await this.application.placeOrder.execute(request);
      return `${placed ? "new" : "known"} ${order.status}`;
    };
    // Of two requests with one id and different bodies, only the first is accepted.
    return { what: `place ${request.orderId}`, send, allowedCodes: ["id-taken"] };
  }

  private cancel({ orderId, userId }: OrderRequest): Attempt {
    const send = async () => {
      const { cancelled, order } = await this.application.cancelOrder.execute(orderId, userId);
      if (order.status !== "cancelled") this.wrongResponses.push(`cancelling ${orderId} returned ${order.status}`);
      return cancelled ? "cancelled" : "already cancelled";
    };
    return { what: `cancel ${orderId}`, send, allowedCodes: ["order-not-found", "order-not-cancellable"] };
  }

  private changeProduct(): Attempt {
    const productId = this.random.pick(products) as string as ProductId;
    const change = this.random.chance(0.5)
      ? { restock: 1 + this.random.below(3) }
      : { unitPrice: this.random.pick([500, 900, 1300]) as Money };
    const send = async () => {
      await this.application.changeProduct.execute(productId, change, operator);
      return "changed";
    };
    return { what: `change ${productId} ${JSON.stringify(change)}`, send, allowedCodes: [] };
  }

  private pay(order: OrderRequest): Attempt {
    const request = this.paymentOf(order);
    this.payments.push(request);
    const send = async () => {
      const payment = await this.application.confirmPayment.execute(request);
      this.check(request, order.orderId, payment);
      return `${payment.paymentId} ${payment.status}`;
    };
    const what = `pay ${order.orderId} ${request.amount} by ${request.key} ${request.method}`;
    return { what, send, allowedCodes: paymentCodes };
  }

  /** Returns a payment with a new key, a repeated payment, or a payment with the key of another one. */
  private paymentOf({ orderId, userId }: OrderRequest): PaymentRequest {
    const { random } = this;
    const own = this.payments.filter((payment) => payment.userId === userId);
    const sameOrder = own.filter(({ subject }) => subject.kind === "order" && subject.orderId === orderId);
    const roll = random.next();
    if (sameOrder.length > 0 && roll < 0.35) return random.pick(sameOrder);
    const order = this.ledger.order(orderId);
    const amountDue = order === undefined ? 0 : totalOf(order);
    return {
      userId,
      key: own.length > 0 && roll > 0.88 ? random.pick(own).key : (`key-${this.payments.length}` as IdempotencyKey),
      subject: { kind: "order", orderId },
      amount: (random.chance(0.06) ? amountDue + 1 : amountDue) as Money,
      method: random.pick(methods),
    };
  }

  /** Checks a response: it belongs to the request, its payment never changes, and `succeeded` has confirmed the order. */
  private check({ userId, key, amount }: PaymentRequest, orderId: OrderId, payment: Payment): void {
    const { subject, paymentId } = payment;
    const earlierId = this.paymentIds.get(`${userId} ${key}`);
    this.paymentIds.set(`${userId} ${key}`, paymentId);
    if (earlierId !== undefined && earlierId !== paymentId)
      this.wrongResponses.push(`${key} returned ${earlierId} and ${paymentId}`);
    if (subject.kind !== "order" || subject.orderId !== orderId || payment.amount !== amount)
      this.wrongResponses.push(`${key} for ${orderId} returned another request's payment`);
    if (payment.status !== "succeeded") return;
    const order = this.ledger.order(orderId);
    if (order?.status !== "confirmed" || order.paymentId !== paymentId)
      this.wrongResponses.push(`${paymentId} succeeded, but ${orderId} is ${order?.status}`);
  }
}
