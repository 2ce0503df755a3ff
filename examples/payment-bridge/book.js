import { closeSync, existsSync, fsyncSync, openSync, readFileSync, writeSync } from "node:fs";

const newPayment = () => ({ verdict: null, started: false, amount: 0, refunds: new Map() });

/**
 * The bridge's own book: which calls were started, and how they ended. REPLACE it by a table of your database. In
 * memory, or with a file also durable: each entry is on disk before `write` returns, and an incomplete last line of a
 * crash is ignored.
 */
export const openBook = (file) => {
  const payments = new Map();
  const of = (paymentId) => {
    if (!payments.has(paymentId)) payments.set(paymentId, newPayment());
    return payments.get(paymentId);
  };
  const apply = ({ paymentId, verdict, amount, started, refundId, done = false, refused }) => {
    const payment = of(paymentId);
    if (refundId === undefined) Object.assign(payment, started ? { started, amount } : { verdict });
    else if (refused) payment.refunds.delete(refundId);
    else payment.refunds.set(refundId, { amount, done });
  };

  if (file !== undefined && existsSync(file))
    for (const line of readFileSync(file, "utf8").split("\n").slice(0, -1)) apply(JSON.parse(line));
  const descriptor = file === undefined ? null : openSync(file, "a", 0o600);

  return {
    of,
    /** Appends an entry: `{paymentId, started, amount}`, `{paymentId, verdict}` or `{paymentId, refundId, amount, done?, refused?}`. */
    write(entry) {
      if (descriptor !== null) {
        writeSync(descriptor, `${JSON.stringify(entry)}\n`);
        fsyncSync(descriptor);
      }
      apply(entry);
    },
    close() {
      if (descriptor !== null) closeSync(descriptor);
    },
  };
};
