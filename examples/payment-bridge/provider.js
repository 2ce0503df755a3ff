/*
 * Calls the payment provider. This version moves no money: it keeps everything in memory, captures every method but
 * `tok_declined`, and accepts a repeated call, as real providers do with an idempotency key.
 *
 * REPLACE the three functions by your provider's calls. Throw if the outcome is unknown (timeout, 5xx): then the bridge
 * gives no answer, and Rushboard calls again.
 */
export const createProvider = () => {
  /** By payment id. */
  const captures = new Map();
  /** By payment id and refund id. */
  const refunds = new Map();

  return {
    /**
     * Captures a payment. Must return the same result when it is repeated for the same payment id.
     *
     * Stripe: create a PaymentIntent with `amount`, `currency`, `metadata: { paymentId }` and the header
     * `Idempotency-Key: <paymentId>`. Store its id in the book. Then confirm it with `payment_method: method`. Status
     * `succeeded` is captured. After a card error cancel it: declined.
     *
     * Toss Payments: `method` is the `paymentKey` of the payment window. `GET /v1/payments/<paymentKey>` returns the
     * `orderId`. Store both in the book. Then `POST /v1/payments/confirm` with `{ paymentKey, orderId, amount }` and
     * `Idempotency-Key: <paymentId>`. Status `DONE` is captured, a rejection (4xx) is declined.
     *
     * @returns {Promise<"captured" | "declined">}
     */
    async capture({ paymentId, amount, method }) {
      if (!captures.has(paymentId)) captures.set(paymentId, method === "tok_declined" ? 0 : amount);
      return captures.get(paymentId) > 0 ? "captured" : "declined";
    },

    /**
     * Finds out how an interrupted capture ended, and prevents it if it has not captured. It is called only if the
     * bridge stopped during a capture: otherwise the bridge knows the answer itself.
     *
     * Stripe: cancel the PaymentIntent. `canceled` is voided. If Stripe refuses because it has succeeded: captured.
     *
     * Toss Payments: `GET /v1/payments/orders/<orderId>`. `DONE` is captured, `ABORTED` and `EXPIRED` are voided. Throw
     * for any other status: the confirmation may still be running.
     *
     * @returns {Promise<"captured" | "declined" | "voided">}
     */
    async void({ paymentId }) {
      if (!captures.has(paymentId)) return "voided";
      return captures.get(paymentId) > 0 ? "captured" : "declined";
    },

    /**
     * Refunds a part or all of a captured payment, once per refund id. The call is repeated while the book has no result
     * of the refund, perhaps after the provider has forgotten the idempotency key. So look the refund up by its refund id
     * first. If the provider has it, return true.
     *
     * Stripe: list the PaymentIntent's refunds and compare `metadata[refundId]`. If none fits, create a Refund with
     * `payment_intent`, `amount`, `metadata: { refundId }` and `Idempotency-Key: <paymentId>-<refundId>`.
     *
     * Toss Payments: compare the payment's `cancels` by `cancelReason`. If none fits, `POST
     * /v1/payments/<paymentKey>/cancel` with `{ cancelReason: refundId, cancelAmount: amount }` and
     * `Idempotency-Key: <paymentId>-<refundId>`.
     *
     * @returns {Promise<boolean>} false if the provider refuses the refund
     */
    async refund({ paymentId, refundId, amount }) {
      refunds.set(`${paymentId} ${refundId}`, amount);
      return true;
    },

    /** What has been moved. Only for tests: a real provider shows this in its dashboard. */
    totals() {
      const sum = (amounts) => [...amounts].reduce((total, amount) => total + amount, 0);
      return { captured: sum(captures.values()), refunded: sum(refunds.values()) };
    },
  };
};
