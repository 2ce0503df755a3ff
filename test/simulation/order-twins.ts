import { type OrderRequest, PlaceOrder } from "../../src/application/order/place-order.js";
import { type StartedPayment, StartPayment } from "../../src/application/payment/pay.js";
import { payableNotFound } from "../../src/application/payment/payable.js";
import type { OutboxRows } from "../../src/application/ports/outbox-rows.js";
import type { PaymentProvider } from "../../src/application/ports/payment-provider.js";
import type { UnitOfWork } from "../../src/application/ports/unit-of-work.js";
import type { PaymentId } from "../../src/domain/ids.js";
import type { Order } from "../../src/domain/order.js";
import { beginPayment, type PaymentRequest } from "../../src/domain/payment.js";
import { but } from "./but.js";

/** Puts the mark on the order in one transaction, and the payment's row beside it in the next. */
export class StartsInTwo extends StartPayment {
  private readonly twoParts: ConstructorParameters<typeof StartPayment>;

  constructor(...parts: ConstructorParameters<typeof StartPayment>) {
    super(...parts);
    this.twoParts = parts;
  }

  override async execute(request: PaymentRequest): Promise<StartedPayment> {
    const [work, payables, clock, newId] = this.twoParts;
    const now = clock.now();
    const payment = beginPayment(request, newId() as string as PaymentId, now);
    const isNew = await work.run(async (tx) => {
      if (request.amount === 0 || (await tx.payments.byKey(request.userId, request.key)) !== undefined) return false;
      const payable = await payables.lock(tx, request.subject);
      if (payable?.userId !== request.userId) throw payableNotFound(request.subject);
      await payables.mark(tx, payable, payment, now);
      return true;
    });
    if (!isNew) return super.execute(request);
    await work.run((tx) => tx.payments.add(payment));
    return { payment, isNew: true };
  }
}

/** Believes that whoever knows a key asks for the same thing. */
export class TrustsTheKey extends StartPayment {
  private readonly trusting: ConstructorParameters<typeof StartPayment>;

  constructor(...parts: ConstructorParameters<typeof StartPayment>) {
    super(...parts);
    this.trusting = parts;
  }

  override execute(request: PaymentRequest): Promise<StartedPayment> {
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
export class PlacesAsWritten extends PlaceOrder {
  private readonly asWritten: ConstructorParameters<typeof PlaceOrder>;

  constructor(...parts: ConstructorParameters<typeof PlaceOrder>) {
    super(...parts);
    this.asWritten = parts;
  }

  override execute(request: OrderRequest) {
    const [work, ...others] = this.asWritten;
    const unmerged = (order: Order): Order => ({
      ...order,
      lines: request.items.flatMap((item) =>
        order.lines.filter(({ productId }) => productId === item.productId).map((line) => ({ ...line, ...item })),
      ),
    });
    const writing: UnitOfWork = {
      run: (doing) =>
        work.run((tx) => doing({ ...tx, orders: but(tx.orders, { add: (order) => tx.orders.add(unmerged(order)) }) })),
    };
    return new PlaceOrder(writing, ...others).execute(request);
  }
}

/** A provider whose void wins over the capture that came first. */
export const forgetsCaptures = (right: PaymentProvider): PaymentProvider =>
  but<PaymentProvider>(right, {
    void: async (paymentId) => {
      const verdict = await right.void(paymentId);
      return verdict === "captured" ? "voided" : verdict;
    },
  });

export const neverMarksSent = (right: OutboxRows): OutboxRows => but(right, { markSent: async () => {} });
export const marksBeforeSending = (right: OutboxRows): OutboxRows =>
  but(right, {
    claim: async (limit) => {
      const rows = await right.claim(limit);
      if (rows.length > 0) await right.markSent(rows.map(({ rowId }) => rowId));
      return rows;
    },
    markSent: async () => {},
  });
