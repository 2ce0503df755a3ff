import type { Brand } from "./ids.js";

/** An amount in the currency's minor unit (won has none): an integer from 0 to 10⁹. */
export type Money = Brand<number, "Money">;

/** The greatest amount that the API accepts. */
export const greatestMoney = 1_000_000_000 as Money;

/** Returns the amount to be paid. */
export const totalOf = (price: { readonly subtotal: Money; readonly discount: Money }): Money =>
  (price.subtotal - price.discount) as Money;
