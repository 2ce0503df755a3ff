import type { Transaction } from "../../src/application/ports/transaction.js";
import type { UnitOfWork } from "../../src/application/ports/unit-of-work.js";
import type { UseCaseName } from "../support/application.js";
import { replaceMethods } from "../support/replace-methods.js";

/** Changes the transactions of some use cases. */
export const changedFor =
  (useCases: readonly UseCaseName[], change: (tx: Transaction) => Transaction) =>
  (correct: UnitOfWork, useCase: UseCaseName): UnitOfWork =>
    useCases.includes(useCase) ? { run: (work) => correct.run((tx) => work(change(tx))) } : correct;

/** Rolls back a transaction that only reads. */
class Rollback extends Error {}

/** Reads orders and payments in one transaction and writes in the next one, as code does that locks no rows. */
export const decidesByOldReads = (correct: UnitOfWork): UnitOfWork => ({
  run: async (work) => {
    const reads: unknown[] = [];
    const record = <T>(read: Promise<T>) =>
      read.then((rows) => {
        reads.push(rows);
        return rows;
      });
    const reading = correct.run(async (tx) => {
      await work({
        ...tx,
        orders: replaceMethods(tx.orders, { lock: (ids) => record(tx.orders.lock(ids)) }),
        payments: replaceMethods(tx.payments, {
          lock: (id) => record(tx.payments.lock(id)),
          close: (payment) => record(tx.payments.close(payment)),
        }),
      });
      throw new Rollback();
    });
    await reading.catch((error: unknown) => {
      if (!(error instanceof Rollback)) throw error;
    });
    return correct.run((tx) => {
      const oldReads = [...reads];
      const reuse = async <T>(read: () => Promise<T>) => (oldReads.length > 0 ? (oldReads.shift() as T) : read());
      return work({
        ...tx,
        orders: replaceMethods(tx.orders, { lock: (ids) => reuse(() => tx.orders.lock(ids)) }),
        payments: replaceMethods(tx.payments, {
          lock: (id) => reuse(() => tx.payments.lock(id)),
          close: async (payment) => {
            await tx.payments.save(payment);
            return reuse(() => tx.payments.close(payment));
          },
        }),
      });
    });
  },
});

/** Uses the known-wrong unit of work for one use case only. */
export const onlyFor =
  (wrongUseCase: UseCaseName, makeWrong: (correct: UnitOfWork) => UnitOfWork) =>
  (correct: UnitOfWork, useCase: UseCaseName) =>
    useCase === wrongUseCase ? makeWrong(correct) : correct;

/** Hides the mark of an open payment on orders. */
export const withoutMarks = (tx: Transaction): Transaction => ({
  ...tx,
  orders: replaceMethods(tx.orders, {
    lock: async (ids) =>
      (await tx.orders.lock(ids)).map((order) =>
        order.status === "awaiting-payment" ? { ...order, openPayment: null } : order,
      ),
  }),
});

/** Gives back the coupon that an order names, even if another order uses it. */
export const givesBackByName = (tx: Transaction): Transaction => ({
  ...tx,
  userCoupons: replaceMethods(tx.userCoupons, {
    giveBack: async (orderIds) => {
      const named = (await tx.orders.lock(orderIds)).flatMap(({ userCouponId }) => userCouponId ?? []);
      const users = (await tx.userCoupons.lock(named)).flatMap(({ orderId }) => orderId ?? []);
      await tx.userCoupons.giveBack(users);
    },
  }),
});
