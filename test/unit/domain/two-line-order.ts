import type { OrderId, ProductId, UserCouponId, UserId } from "../../../src/domain/ids.js";
import type { Money } from "../../../src/domain/money.js";
import { type Order, place } from "../../../src/domain/order.js";
import type { EpochMs } from "../../../src/domain/time.js";

export const at = (ms: number) => ms as EpochMs;
export const won = (amount: number) => amount as Money;
export const expiry = 1000;

/** An order of two lines, 255 in total, placed at 0 and expiring at `expiry`. */
export const placedOrder = (userCouponId: string | null = null): Order =>
  place(
    {
      orderId: "o" as OrderId,
      userId: "shopper" as UserId,
      lines: [
        { productId: "a" as ProductId, quantity: 2, unitPrice: won(100) },
        { productId: "b" as ProductId, quantity: 1, unitPrice: won(55) },
      ],
      userCouponId: userCouponId as UserCouponId | null,
      expiresAt: at(expiry),
    },
    at(0),
  ).order;
