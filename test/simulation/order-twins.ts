import { PlaceOrder } from "../../src/application/order/place-order.js";
import { type Started, StartPayment } from "../../src/application/payment/start-payment.js";
import type { OutboxRows } from "../../src/application/ports/outbox-rows.js";
import type { PaymentProvider } from "../../src/application/ports/payment-provider.js";
import type { Transaction } from "../../src/application/ports/transaction.js";
import type { UnitOfWork } from "../../src/application/ports/unit-of-work.js";
import type { PaymentId } from "../../src/domain/ids.js";
import type { Order } from "../../src/domain/order.js";
import { beginPayment, type PaymentRequest } from "../../src/domain/payment.js";
import type { FaithfulProvider } from "../support/faithful-provider.js";
import type { Worker } from "../support/shop.js";
import type { Twins } from "./order-simulation.js";

/** The same object, but for some of its methods. */
const but = <Port extends object>(port: Port, methods: Partial<Port>): Port =>
  Object.assign(Object.create(port), methods);

/** The same transactions, but for what some of their workers see. */
const seenBy =
  (workers: readonly Worker[], see: (tx: Transaction) => Transaction) =>
  (right: UnitOfWork, worker: Worker): UnitOfWork =>
    workers.includes(worker) ? { run: (work) => right.run((tx) => work(see(tx))) } : right;

/** Ends a transaction that was begun only to read. */
class ReadOnly extends Error {}

/**
 * Reads orders and payments in one transaction and decides by them in the next, as two do that meet where no row is
 * locked.
 */
const decidesByOldReads = (right: UnitOfWork): UnitOfWork => ({
  run: async (work) => {
    const reads: unknown[] = [];
    const remembering = <T>(read: Promise<T>) =>
      read.then((rows) => {
        reads.push(rows);
        return rows;
      });
    const first = right.run(async (tx) => {
      await work({
        ...tx,
        orders: but(tx.orders, { lock: (ids) => remembering(tx.orders.lock(ids)) }),
        payments: but(tx.payments, { lock: (id) => remembering(tx.payments.lock(id)) }),
      });
      throw new ReadOnly();
    });
    await first.catch((error: unknown) => {
      if (!(error instanceof ReadOnly)) throw error;
    });
    return right.run((tx) => {
      const old = [...reads];
      const again = async <T>(read: () => Promise<T>) => (old.length > 0 ? (old.shift() as T) : read());
      return work({
        ...tx,
        orders: but(tx.orders, { lock: (ids) => again(() => tx.orders.lock(ids)) }),
        payments: but(tx.payments, { lock: (id) => again(() => tx.payments.lock(id)) }),
      });
    });
  },
});

const onlyFor = (worker: Worker, twin: (right: UnitOfWork) => UnitOfWork) => (right: UnitOfWork, asking: Worker) =>
  asking === worker ? twin(right) : right;

/** Orders on which nobody sees that they are being paid. */
const unmarked = (tx: Transaction): Transaction => ({
  ...tx,
  orders: but(tx.orders, {
    lock: async (ids) =>
      (await tx.orders.lock(ids)).map((order) =>
        order.status === "awaiting-payment" ? { ...order, openPayment: null } : order,
      ),
  }),
});

/** Gives back the coupons that the orders name, whichever order they serve. */
const givesBackByName = (tx: Transaction): Transaction => ({
  ...tx,
  userCoupons: but(tx.userCoupons, {
    giveBack: async (orderIds) => {
      const named = (await tx.orders.lock(orderIds)).flatMap(({ userCouponId }) => userCouponId ?? []);
      const served = (await tx.userCoupons.lock(named)).flatMap(({ orderId }) => orderId ?? []);
      await tx.userCoupons.giveBack(served);
    },
  }),
});

/** Puts the mark on the order in one transaction, and the payment's row beside it in the next. */
class StartsInTwo extends StartPayment {
  private readonly twoParts: ConstructorParameters<typeof StartPayment>;

  constructor(...parts: ConstructorParameters<typeof StartPayment>) {
    super(...parts);
    this.twoParts = parts;
  }

  override async execute(request: PaymentRequest): Promise<Started> {
    const [work, payables, clock, newId] = this.twoParts;
    const now = clock.now();
    const payment = beginPayment(request, newId() as string as PaymentId, now);
    const isNew = await work.run(async (tx) => {
      if (request.amount === 0 || (await tx.payments.byKey(request.userId, request.key)) !== undefined) return false;
      const thing = await payables.lock(tx, request.subject);
      if (thing?.userId !== request.userId) throw payables.unknown(request.subject);
      await thing.begin(payment, now);
      return true;
    });
    if (!isNew) return super.execute(request);
    await work.run((tx) => tx.payments.add(payment));
    return { payment, began: true };
  }
}

/** Believes that whoever knows a key asks for the same thing. */
class TrustsTheKey extends StartPayment {
  private readonly trusting: ConstructorParameters<typeof StartPayment>;

  constructor(...parts: ConstructorParameters<typeof StartPayment>) {
    super(...parts);
    this.trusting = parts;
  }

  override execute(request: PaymentRequest): Promise<Started> {
    const [work, ...others] = this.trusting;
    const trusting: UnitOfWork = {
      run: (doing) =>
        work.run((tx) =>
          doing({
            ...tx,
            payments: but(tx.payments, {
              byKey: async (...asked) => {
                const standing = await tx.payments.byKey(...asked);
                return standing && { ...standing, ...request };
              },
            }),
          }),
        ),
    };
    return new StartPayment(trusting, ...others).execute(request);
  }
}

/** Keeps the lines as the shopper wrote them. */
const unmergedLines = (
  order: Order,
  items: Order["lines"][number][] | readonly { productId: string; quantity: number }[],
) => ({
  ...order,
  lines: items.map(({ productId, quantity }) => {
    const line = order.lines.find((each) => each.productId === productId);
    if (line === undefined) throw new Error(`no line of ${productId}`);
    return { ...line, quantity };
  }),
});

/** A provider whose void wins over the capture that came first. */
const forgetsCaptures = (right: FaithfulProvider): PaymentProvider =>
  but<PaymentProvider>(right, {
    void: async (paymentId) => {
      const verdict = await right.void(paymentId);
      return verdict === "captured" ? "voided" : verdict;
    },
  });

const neverMarksSent = (right: OutboxRows): OutboxRows => but(right, { markSent: async () => {} });
const marksBeforeSending = (right: OutboxRows): OutboxRows =>
  but(right, {
    claim: async (limit) => {
      const rows = await right.claim(limit);
      if (rows.length > 0) await right.markSent(rows.map(({ rowId }) => rowId));
      return rows;
    },
    markSent: async () => {},
  });

/** What is taken away, the promise that must break for it, and how it is taken away. */
export type Control = { readonly without: string; readonly breaks: RegExp; readonly twins: Twins };

export const controls: readonly Control[] = [
  {
    without: "the order's lock when its coupon is redeemed",
    breaks: /^O3/,
    twins: { work: onlyFor("redeem", decidesByOldReads) },
  },
  {
    without: "the order's lock when its stock is reserved",
    breaks: /^O3/,
    twins: { work: onlyFor("reserve", decidesByOldReads) },
  },
  {
    without: "the open payment's mark",
    breaks: /^P1/,
    twins: { work: seenBy(["start", "cancel", "end"], unmarked) },
  },
  {
    without: "the closing guard",
    breaks: /^O3/,
    twins: { work: onlyFor("close", decidesByOldReads) },
  },
  {
    without: "the start in one transaction",
    breaks: /^O2/,
    twins: { start: (_, { work, clock, newId }, payables) => new StartsInTwo(work("start"), payables, clock, newId) },
  },
  {
    without: "the void's contract",
    breaks: /^P1/,
    twins: { provider: forgetsCaptures },
  },
  {
    without: "the coupon's WHERE order_id",
    breaks: /^O4/,
    twins: { work: seenBy(["end", "cancel", "close"], givesBackByName) },
  },
  {
    without: "merged lines",
    breaks: /^(O3|D1|step)/,
    twins: {
      place: (_, { work, clock, ttlMs }) => ({
        execute: (request) => {
          const writes = (tx: Transaction): Transaction => ({
            ...tx,
            orders: but(tx.orders, { add: (order) => tx.orders.add(unmergedLines(order, request.items)) }),
          });
          const twin: UnitOfWork = { run: (doing) => work("place").run((tx) => doing(writes(tx))) };
          return new PlaceOrder(twin, clock, ttlMs).execute(request);
        },
      }),
    },
  },
  {
    without: "the key's fingerprint",
    breaks: /^P1/,
    twins: { start: (_, { work, clock, newId }, payables) => new TrustsTheKey(work("start"), payables, clock, newId) },
  },
  {
    without: "the relay's sent mark",
    breaks: /^outbox .* without end/,
    twins: { outbox: neverMarksSent },
  },
  {
    without: "sending before the sent mark",
    breaks: /^outbox never told/,
    twins: { outbox: marksBeforeSending },
  },
];
