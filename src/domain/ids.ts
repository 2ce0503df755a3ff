declare const brand: unique symbol;

/** A `T` that was validated as a `Name` when it entered the service. */
export type Brand<T, Name extends string> = T & { readonly [brand]: Name };

export type CouponId = Brand<string, "CouponId">;
/** The `sub` of the caller's token: 1–128 visible ASCII characters. */
export type UserId = Brand<string, "UserId">;
/** The id of a claim, and of the task in which its shopper follows it. */
export type TaskId = Brand<string, "TaskId">;
export type UserCouponId = Brand<string, "UserCouponId">;
export type ProductId = Brand<string, "ProductId">;
export type OrderId = Brand<string, "OrderId">;
export type PaymentId = Brand<string, "PaymentId">;
/** Identifies a refund among those of its payment. */
export type RefundId = Brand<string, "RefundId">;
export type ReservationId = Brand<string, "ReservationId">;
export type ConcertId = Brand<string, "ConcertId">;
export type ScheduleId = Brand<string, "ScheduleId">;
export type WebhookId = Brand<string, "WebhookId">;
/** Identifies one subscription forever: the id of a deleted webhook may be used again, its key may not. */
export type WebhookKey = Brand<string, "WebhookKey">;
/** Identifies one delivery of an event to a webhook. */
export type DeliveryId = Brand<string, "DeliveryId">;
/** Identifies one payment request of one shopper: 1–255 characters, chosen by the shopper. */
export type IdempotencyKey = Brand<string, "IdempotencyKey">;
/** Identifies one sale: `shop:<id>` for a reported sale, `order:<order>:<product>` for a line of an order. */
export type SaleId = Brand<string, "SaleId">;

/** The format of every id of the API except shoppers. */
export const idPattern = /^[A-Za-z0-9_-]{1,64}$/;
/** The format of a shopper's id. */
export const userIdPattern = /^[\x21-\x7e]{1,128}$/;

/** The format of a sale's id. */
export const saleIdPattern = /^(shop|order):[A-Za-z0-9_:-]{1,129}$/;

/** The id of the refund of a seat: its payment is refunded once. */
export const seatRefundOf = (paymentId: PaymentId): RefundId => paymentId as string as RefundId;

/** Returns the id of the coupon that a claim issues. It is the task's id, so a claim cannot issue two coupons (ADR 0011). */
export const userCouponOf = (taskId: TaskId): UserCouponId => taskId as string as UserCouponId;
