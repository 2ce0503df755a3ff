import type { PaymentProvider } from "../../application/ports/payment-provider.js";
import type { PaymentProviders } from "../../application/ports/payment-providers.js";
import type { PaymentMethod, ProviderName } from "../../domain/payment.js";
import { sandboxMethods } from "./sandbox-provider.js";

const sandboxAccepts = `must be ${sandboxMethods.join(", ")}, because no payment provider is configured`;
const bridgeAccepts = "must be a method of the configured payment provider; sandbox-… methods are for the sandbox";

/** The sandbox, and the shop's payment bridge if it is configured. */
export class ConfiguredProviders implements PaymentProviders {
  readonly current: ProviderName;
  private readonly sandbox: PaymentProvider;
  private readonly http: PaymentProvider | null;

  /** @param http captures new payments, unless it is `null` */
  constructor(sandbox: PaymentProvider, http: PaymentProvider | null) {
    this.sandbox = sandbox;
    this.http = http;
    this.current = http === null ? "sandbox" : "http";
  }

  methodOf(given: PaymentMethod | undefined): { readonly method: PaymentMethod } | { readonly accepted: string } {
    if (this.http !== null)
      return given === undefined || given.startsWith("sandbox-") ? { accepted: bridgeAccepts } : { method: given };
    const method = given ?? "sandbox-ok";
    return (sandboxMethods as readonly string[]).includes(method) ? { method } : { accepted: sandboxAccepts };
  }

  byName(name: ProviderName): PaymentProvider {
    if (name === "sandbox") return this.sandbox;
    if (this.http === null) throw new Error("payments of a bridge exist, but PAYMENT_URL is not set");
    return this.http;
  }
}
