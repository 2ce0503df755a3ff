import type { OrderRequest } from "../../src/application/order/place-order.js";
import type { Application } from "../../src/bootstrap/open-application.js";
import type { IdempotencyKey, OrderId, PaymentId, ProductId, UserCouponId, UserId } from "../../src/domain/ids.js";
import { type Money, totalOf } from "../../src/domain/money.js";
import type { Order } from "../../src/domain/order.js";
import type { Payment, PaymentMethod, PaymentRequest } from "../../src/domain/payment.js";
import type { OrderLedger } from "../support/order-ledger.js";
import type { SeededRandom } from "../support/seeded-random.js";

/** Something that somebody asks for: what it is, and the refusals that are no fault. */
export type Attempt = {
  readonly what: string;
  readonly make: () => Promise<string>;
  readonly mayBeRefused: readonly string[];
};

const products = ["lamp", "mug", "rug"] as const;
const methods: readonly PaymentMethod[] = [
  ...(["sandbox-ok", "sandbox-ok", "sandbox-ok", "sandbox-ok", "sandbox-slow", "sandbox-slow"] as const),
  ...(["sandbox-declined", "sandbox-declined", "sandbox-silent-captured", "sandbox-silent-lost"] as const),
];
const refusedPayments = [
  ...["order-not-found", "order-not-payable", "already-paid", "payment-in-progress"],
  ...["amount-mismatch", "idempotency-key-reused"],
];

/** A few shoppers who order, pay, pay again, change their minds and repeat themselves, as the seed has it. */
export class OrderShoppers {
  private readonly random: SeededRandom;
  private readonly ledger: OrderLedger;
  private readonly application: Application;
  private readonly toPlace: OrderRequest[] = [];
  private readonly placed: OrderRequest[] = [];
  private readonly asked: PaymentRequest[] = [];
  private readonly answered = new Map<string, PaymentId>();
  private left: number;
  /** Answers that were not true, a line each. */
  readonly lies: string[] = [];

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
    this.left = count * 4;
  }

  /** Whether anybody still wants anything. */
  get wantMore(): boolean {
    return this.left > 0;
  }

  /** What is asked for next, if anything is: who has nothing to pay for mostly waits. */
  next(): Attempt | undefined {
    const { random } = this;
    const payable = this.payable();
    const fresh = random.chance(0.5) ? this.toPlace.shift() : undefined;
    if (fresh === undefined && (this.placed.length === 0 || (payable.length === 0 && random.chance(0.8)))) return;
    this.left -= 1;
    if (fresh !== undefined) {
      this.placed.push(fresh);
      return this.place(fresh);
    }
    const request = random.pick(payable.length > 0 && random.chance(0.8) ? payable : this.placed);
    const roll = random.next();
    if (roll < (payable.length > 0 ? 0.72 : 0.4)) return this.pay(request);
    // Often one that is on its way still.
    if (roll < 0.86) return this.cancel(random.pick(this.placed.slice(-3)));
    if (roll < 0.91) return this.place(request);
    if (roll < 0.95) return this.place({ ...request, items: [...request.items, ...request.items] });
    return this.change();
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

  private standing(orderId: OrderId): Order | undefined {
    return this.ledger.order(orderId);
  }

  private place(request: OrderRequest): Attempt {
    const make = async () => {
      const { placed, order } = await this.application.placeOrder.execute(request);
      return `${placed ? "new" : "known"} ${order.status}`;
    };
    // Whichever of two bodies comes first takes the id.
    return { what: `place ${request.orderId}`, make, mayBeRefused: ["id-taken"] };
  }

  private cancel({ orderId, userId }: OrderRequest): Attempt {
    const make = async () => {
      const { cancelled, order } = await this.application.cancelOrder.execute(orderId, userId);
      if (order.status !== "cancelled") this.lies.push(`a cancellation of ${orderId} was answered by ${order.status}`);
      return cancelled ? "cancelled" : "was cancelled";
    };
    return { what: `cancel ${orderId}`, make, mayBeRefused: ["order-not-found", "order-not-cancellable"] };
  }

  private change(): Attempt {
    const productId = this.random.pick(products) as string as ProductId;
    const change = this.random.chance(0.5)
      ? { restock: 1 + this.random.below(3) }
      : { unitPrice: this.random.pick([500, 900, 1300]) as Money };
    const make = async () => {
      await this.application.changeProduct.execute(productId, change);
      return "changed";
    };
    return { what: `change ${productId} ${JSON.stringify(change)}`, make, mayBeRefused: [] };
  }

  private pay(order: OrderRequest): Attempt {
    const request = this.payment(order);
    this.asked.push(request);
    const make = async () => {
      const payment = await this.application.confirmPayment.execute(request);
      this.hear(request, order.orderId, payment);
      return `${payment.paymentId} ${payment.status}`;
    };
    const what = `pay ${order.orderId} ${request.amount} by ${request.key} ${request.method}`;
    return { what, make, mayBeRefused: refusedPayments };
  }

  /** With a new key, the same request once more, or a key that was meant for another. */
  private payment({ orderId, userId }: OrderRequest): PaymentRequest {
    const { random } = this;
    const mine = this.asked.filter((asked) => asked.userId === userId);
    const again = mine.filter(({ subject }) => subject.kind === "order" && subject.orderId === orderId);
    const roll = random.next();
    if (again.length > 0 && roll < 0.35) return random.pick(again);
    const standing = this.standing(orderId);
    const due = standing === undefined ? 0 : totalOf(standing);
    return {
      userId,
      key: mine.length > 0 && roll > 0.88 ? random.pick(mine).key : (`key-${this.asked.length}` as IdempotencyKey),
      subject: { kind: "order", orderId },
      amount: (random.chance(0.06) ? due + 1 : due) as Money,
      method: random.pick(methods),
    };
  }

  /** An answer is about what was asked, the same for ever, and `succeeded` only once the order is confirmed by it. */
  private hear({ userId, key, amount }: PaymentRequest, orderId: OrderId, payment: Payment): void {
    const { subject, paymentId } = payment;
    const before = this.answered.get(`${userId} ${key}`);
    this.answered.set(`${userId} ${key}`, paymentId);
    if (before !== undefined && before !== paymentId) this.lies.push(`${key} stands for ${before} and ${paymentId}`);
    if (subject.kind !== "order" || subject.orderId !== orderId || payment.amount !== amount)
      this.lies.push(`${key} for ${orderId} was answered by another request's payment`);
    if (payment.status !== "succeeded") return;
    const order = this.standing(orderId);
    if (order?.status !== "confirmed" || order.paymentId !== paymentId)
      this.lies.push(`${paymentId} has paid for ${orderId}, which is ${order?.status}`);
  }
}
