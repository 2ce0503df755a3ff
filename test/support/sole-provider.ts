import type { PaymentProvider } from "../../src/application/ports/payment-provider.js";
import type { PaymentProviders } from "../../src/application/ports/payment-providers.js";

/** Returns this provider under every name. It accepts any method. */
export const soleProvider = (provider: PaymentProvider): PaymentProviders => ({
  current: "sandbox",
  methodOf: (method = "sandbox-ok") => ({ method }),
  byName: () => provider,
});
