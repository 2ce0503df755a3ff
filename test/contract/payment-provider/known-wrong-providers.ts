import type { PaymentProvider } from "../../../src/application/ports/payment-provider.js";
import type { PaymentMethod } from "../../../src/domain/payment.js";

/** The provider with other calls. */
const withCalls = (right: PaymentProvider, wrong: Partial<PaymentProvider>): PaymentProvider => ({
  capture: (payment) => right.capture(payment),
  void: (paymentId) => right.void(paymentId),
  refund: (...refund) => right.refund(...refund),
  ...wrong,
});

/** Captures every payment with this method. */
const withMethod = (method: PaymentMethod) => (right: PaymentProvider) =>
  withCalls(right, { capture: (payment) => right.capture({ ...payment, method }) });

/** Known-wrong providers on any book, and the clause that must reject each. */
export const knownWrongProviders: Readonly<
  Record<string, { readonly breaks: string; readonly make: (right: PaymentProvider) => PaymentProvider }>
> = {
  "never declines": { breaks: "declines, and returns declined from then on", make: withMethod("sandbox-ok") },
  "answers a silent capture": {
    breaks: "captures without an answer: a void returns captured",
    make: withMethod("sandbox-ok"),
  },
  "captures a lost payment": {
    breaks: "neither captures nor answers: a void returns voided",
    make: withMethod("sandbox-silent-captured"),
  },
  "is never slow": { breaks: "captures after two seconds", make: withMethod("sandbox-ok") },
  "returns voided without voiding": {
    breaks: "does not capture after two seconds if the payment was voided before",
    make: (right) => withCalls(right, { void: async () => "voided" }),
  },
  "acknowledges a refund without refunding": {
    breaks: "refunds payments independently of each other, also under one refund id",
    make: (right) => withCalls(right, { refund: async () => {} }),
  },
  "captures before it refunds": {
    breaks: "refunds only captured payments",
    make: (right) =>
      withCalls(right, {
        refund: async (paymentId, refundId, amount) => {
          await right.capture({ paymentId, amount, method: "sandbox-ok" });
          await right.refund(paymentId, refundId, amount);
        },
      }),
  },
};
