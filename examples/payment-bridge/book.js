import { closeSync, fstatSync, fsyncSync, ftruncateSync, openSync, readFileSync, writeFileSync } from "node:fs";

const newPayment = () => ({ verdict: null, started: false, amount: 0, refunds: new Map() });

/**
 * The bridge's own book: which calls were started, and how they ended. REPLACE it by a table of your database. In
 * memory, or with a file also durable: each entry is on disk before `write` returns, and an incomplete last line of a
 * crash is removed.
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

  const descriptor = file === undefined ? null : openSync(file, "a+", 0o600);
  if (descriptor !== null) {
    const content = readFileSync(descriptor);
    const complete = content.subarray(0, content.lastIndexOf("\n") + 1);
    ftruncateSync(descriptor, complete.length);
    for (const line of complete.toString().split("\n").slice(0, -1)) apply(JSON.parse(line));
  }
  /** Leaves no part of the line in the file if it fails. */
  const append = (line) => {
    const { size } = fstatSync(descriptor);
    try {
      writeFileSync(descriptor, line);
      fsyncSync(descriptor);
    } catch (error) {
      ftruncateSync(descriptor, size);
      throw error;
    }
  };

  return {
    of,
    /** Appends an entry: `{paymentId, started, amount}`, `{paymentId, verdict}` or `{paymentId, refundId, amount, done?, refused?}`. */
    write(entry) {
      if (descriptor !== null) append(`${JSON.stringify(entry)}\n`);
      apply(entry);
    },
    close() {
      if (descriptor !== null) closeSync(descriptor);
    },
  };
};
