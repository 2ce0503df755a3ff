import type { PaymentMethod, ProviderName } from "../../domain/payment.js";
import type { PaymentProvider } from "./payment-provider.js";

/** The providers that payments name. */
export interface PaymentProviders {
  /** Captures new payments. */
  readonly current: ProviderName;
  /** Returns the method of a request without or with a method, or what the current provider accepts instead. */
  methodOf(given: PaymentMethod | undefined): { readonly method: PaymentMethod } | { readonly accepted: string };
  /** @throws Error if the settings of that provider are missing */
  byName(name: ProviderName): PaymentProvider;
}
