import { type OrderRequest, PlaceOrder } from "../../src/application/order/place-order.js";
import { payableNotFound } from "../../src/application/payment/payables.js";
import { type StartedPayment, StartPayment } from "../../src/application/payment/start-payment.js";
import type { OutboxRows } from "../../src/application/ports/outbox-rows.js";
import type { PaymentProvider } from "../../src/application/ports/payment-provider.js";
import type { UnitOfWork } from "../../src/application/ports/unit-of-work.js";
import type { PaymentId } from "../../src/domain/ids.js";
import type { Order } from "../../src/domain/order.js";
import { beginPayment, type PaymentRequest } from "../../src/domain/payment.js";
import { paymentStart } from "../support/order-data.js";
import { replaceMethods } from "../support/replace-methods.js";

/** Stores the order's mark in one transaction and the payment's row in the next one. */
export class StartsInTwoTransactions extends StartPayment {
  private readonly needs: ConstructorParameters<typeof StartPayment>;

  constructor(...parts: ConstructorParameters<typeof StartPayment>) {
    super(...parts);
    this.needs = parts;
  }

  override async execute(request: PaymentRequest): Promise<StartedPayment> {
    const [work, payables, clock, newId] = this.needs;
    const now = clock.now();
    const payment = beginPayment(request, { ...paymentStart, paymentId: newId() as string as PaymentId }, now);
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

/** Assumes that a request with a known key has the same body as the first one. */
export class IgnoresTheFingerprint extends StartPayment {
  private readonly needs: ConstructorParameters<typeof StartPayment>;

  constructor(...parts: ConstructorParameters<typeof StartPayment>) {
    super(...parts);
    this.needs = parts;
  }

  override execute(request: PaymentRequest): Promise<StartedPayment> {
    const [work, ...others] = this.needs;
    const wrongWork: UnitOfWork = {
      run: (execute) =>
        work.run((tx) =>
          execute({
            ...tx,
            payments: replaceMethods(tx.payments, {
              byKey: async (...args) => {
                const payment = await tx.payments.byKey(...args);
                return payment && { ...payment, ...request };
              },
            }),
          }),
        ),
    };
    return new StartPayment(wrongWork, ...others).execute(request);
  }
}

/** Does not merge lines of one product. */
export class PlacesUnmergedLines extends PlaceOrder {
  private readonly needs: ConstructorParameters<typeof PlaceOrder>;

  constructor(...parts: ConstructorParameters<typeof PlaceOrder>) {
    super(...parts);
    this.needs = parts;
  }

  override execute(request: OrderRequest) {
    const [work, ...others] = this.needs;
    const withUnmergedLines = (order: Order): Order => ({
      ...order,
      lines: request.items.flatMap((item) =>
        order.lines.filter(({ productId }) => productId === item.productId).map((line) => ({ ...line, ...item })),
      ),
    });
    const wrongWork: UnitOfWork = {
      run: (execute) =>
        work.run((tx) =>
          execute({
            ...tx,
            orders: replaceMethods(tx.orders, { add: (order) => tx.orders.add(withUnmergedLines(order)) }),
          }),
        ),
    };
    return new PlaceOrder(wrongWork, ...others).execute(request);
  }
}

/** A provider that voids a payment although it was captured before. */
export const voidsCapturedPayments = (correct: PaymentProvider): PaymentProvider =>
  replaceMethods<PaymentProvider>(correct, {
    void: async (paymentId) => {
      const verdict = await correct.void(paymentId);
      return verdict === "captured" ? "voided" : verdict;
    },
  });

export const neverMarksSent = (correct: OutboxRows): OutboxRows =>
  replaceMethods(correct, { markSent: async () => {} });
export const marksBeforeSending = (correct: OutboxRows): OutboxRows =>
  replaceMethods(correct, {
    claim: async (limit) => {
      const rows = await correct.claim(limit);
      if (rows.length > 0) await correct.markSent(rows.map(({ rowId }) => rowId));
      return rows;
    },
    markSent: async () => {},
  });
