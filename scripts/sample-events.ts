import type { BusinessDay } from "../src/domain/business-day.js";
import { claimEvent, type DomainEvent, settledEvent } from "../src/domain/event.js";
import type {
  ConcertId,
  CouponId,
  IdempotencyKey,
  OrderId,
  PaymentId,
  ProductId,
  SaleId,
  ScheduleId,
  TaskId,
  UserCouponId,
  UserId,
} from "../src/domain/ids.js";
import type { Money } from "../src/domain/money.js";
import { cancel, confirm, place, price, redeem, reserve, startPayment } from "../src/domain/order.js";
import { paymentConfirmed, productSold } from "../src/domain/order-event.js";
import { beginPayment } from "../src/domain/payment.js";
import { scheduleSoldOut } from "../src/domain/sold-out-event.js";
import type { EpochMs } from "../src/domain/time.js";

const noon = Date.UTC(2026, 10, 21, 12) as EpochMs;
const at = (seconds: number) => (noon + seconds * 1000) as EpochMs;

const userId = "mina" as UserId;
const claim = { taskId: "task-1" as TaskId, couponId: "autumn" as CouponId, userId, position: 1 };
const late = { ...claim, taskId: "task-2" as TaskId, userId: "jun" as UserId, position: 1001 };

const orderId = "order-1" as OrderId;
const paymentId = "payment-1" as PaymentId;
const userCouponId = "task-1" as UserCouponId;
const lines = [{ productId: "mug" as ProductId, quantity: 2, unitPrice: 9000 as Money }];

const placed = place({ orderId, userId, lines, userCouponId, expiresAt: at(900) }, at(10));
const stocked = reserve(placed.order, true, at(11));
const redeemed = redeem(stocked.order, true, at(12));
const priced = price(redeemed.order, { type: "percent", value: 10 }, at(13));
const total = 16_200 as Money;
const paying = startPayment(priced.order, paymentId, total, at(14));
const request = { userId, key: "key-1" as IdempotencyKey, amount: total, method: "sandbox-ok" } as const;
const payment = beginPayment({ ...request, subject: { kind: "order", orderId } }, paymentId, at(14));

const sellOut = {
  concertId: "moon" as ConcertId,
  scheduleId: "moon-fri" as ScheduleId,
  seats: 500,
  salesOpenAt: at(-3600),
  soldOutAt: noon,
};
const sale = {
  saleId: "order:order-1:mug" as SaleId,
  productId: "mug" as ProductId,
  quantity: 2,
  unitPrice: 9000 as Money,
  occurredAt: at(15),
  businessDay: "2026-11-21" as BusinessDay,
};

/** One event of every type, as the domain itself makes them. */
export const sampleEvents: readonly DomainEvent[] = [
  claimEvent("coupon.requested", claim, at(0)),
  claimEvent("coupon.reserved", claim, at(1)),
  settledEvent({ ...claim, status: "issued", userCouponId }, 0, at(2)),
  settledEvent({ ...late, status: "failed", reason: "coupon-sold-out" }, 0, at(2)),
  ...placed.events,
  ...stocked.events,
  ...reserve(placed.order, false, at(11)).events,
  ...redeemed.events,
  ...redeem(stocked.order, false, at(12)).events,
  ...priced.events,
  ...confirm(paying, paymentId, at(15)).events,
  ...cancel(stocked.order, "cancelled-by-shopper", at(16)).events,
  paymentConfirmed(payment, at(15)),
  scheduleSoldOut(sellOut),
  productSold(sale, at(15)),
];
