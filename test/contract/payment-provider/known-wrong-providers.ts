import type { PaymentProvider } from "../../../src/application/ports/payment-provider.js";
import type { PaymentMethod } from "../../../src/domain/payment.js";

/** A right provider, but for some of its calls. */
const but = (right: PaymentProvider, wrong: Partial<PaymentProvider>): PaymentProvider => ({
  capture: (payment) => right.capture(payment),
  void: (paymentId) => right.void(paymentId),
  refund: (paymentId, amount) => right.refund(paymentId, amount),
  ...wrong,
});

/** Captures by another method than it was asked to. */
const by = (method: PaymentMethod) => (right: PaymentProvider) =>
  but(right, { capture: (payment) => right.capture({ ...payment, method }) });

/** Known-wrong twins, whatever their book: each must fail the clause that it breaks. */
export const carelessProviders: Readonly<
  Record<string, { readonly breaks: string; readonly make: (right: PaymentProvider) => PaymentProvider }>
> = {
  "declines nothing": { breaks: "declines, and answers it for ever", make: by("sandbox-ok") },
  "answers in spite of silence": {
    breaks: "captures in silence: a void answers captured",
    make: by("sandbox-ok"),
  },
  "captures what it was to lose": {
    breaks: "loses in silence: a void answers voided",
    make: by("sandbox-silent-captured"),
  },
  "is never slow": { breaks: "captures slowly: after two seconds", make: by("sandbox-ok") },
  "says that it voids": {
    breaks: "captures slowly: a void meanwhile bars it",
    make: (right) => but(right, { void: async () => "voided" }),
  },
  "says that it refunds": {
    breaks: "refunds each payment by itself",
    make: (right) => but(right, { refund: async () => {} }),
  },
  "refunds before it asks whether it may": {
    breaks: "refunds only what was captured",
    make: (right) =>
      but(right, {
        refund: async (paymentId, amount) => {
          await right.capture({ paymentId, amount, method: "sandbox-ok" });
          await right.refund(paymentId, amount);
        },
      }),
  },
};
