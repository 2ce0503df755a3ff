import type { Transaction } from "../../src/application/ports/transaction.js";
import type { UnitOfWork } from "../../src/application/ports/unit-of-work.js";
import type { UseCaseName } from "../support/application.js";
import { but } from "./but.js";

/** The same transactions, but for what some of their workers see. */
export const seenBy =
  (useCases: readonly UseCaseName[], see: (tx: Transaction) => Transaction) =>
  (right: UnitOfWork, useCase: UseCaseName): UnitOfWork =>
    useCases.includes(useCase) ? { run: (work) => right.run((tx) => work(see(tx))) } : right;

/** Ends a transaction that was begun only to read. */
class ReadOnly extends Error {}

/**
 * Reads orders and payments in one transaction and decides by them in the next, as two do that meet where no row is
 * locked.
 */
export const decidesByOldReads = (right: UnitOfWork): UnitOfWork => ({
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
        payments: but(tx.payments, {
          lock: (id) => remembering(tx.payments.lock(id)),
          close: (payment) => remembering(tx.payments.close(payment)),
        }),
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
        payments: but(tx.payments, {
          lock: (id) => again(() => tx.payments.lock(id)),
          close: async (payment) => {
            await tx.payments.save(payment);
            return again(() => tx.payments.close(payment));
          },
        }),
      });
    });
  },
});

export const onlyFor =
  (useCase: UseCaseName, twin: (right: UnitOfWork) => UnitOfWork) => (right: UnitOfWork, asking: UseCaseName) =>
    asking === useCase ? twin(right) : right;

/** Orders on which nobody sees that they are being paid. */
export const unmarked = (tx: Transaction): Transaction => ({
  ...tx,
  orders: but(tx.orders, {
    lock: async (ids) =>
      (await tx.orders.lock(ids)).map((order) =>
        order.status === "awaiting-payment" ? { ...order, openPayment: null } : order,
      ),
  }),
});

/** Gives back the coupons that the orders name, whichever order they serve. */
export const givesBackByName = (tx: Transaction): Transaction => ({
  ...tx,
  userCoupons: but(tx.userCoupons, {
    giveBack: async (orderIds) => {
      const named = (await tx.orders.lock(orderIds)).flatMap(({ userCouponId }) => userCouponId ?? []);
      const served = (await tx.userCoupons.lock(named)).flatMap(({ orderId }) => orderId ?? []);
      await tx.userCoupons.giveBack(served);
    },
  }),
});
