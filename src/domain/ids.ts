declare const brand: unique symbol;

/** A `T` that was checked once, at an edge, to be a `Name`. */
export type Brand<T, Name extends string> = T & { readonly [brand]: Name };

export type CouponId = Brand<string, "CouponId">;
/** The `sub` of the caller's token: 1–128 visible ASCII characters. */
export type UserId = Brand<string, "UserId">;
/** One claim of one shopper, and the task that the shopper follows. */
export type TaskId = Brand<string, "TaskId">;
export type UserCouponId = Brand<string, "UserCouponId">;
export type ProductId = Brand<string, "ProductId">;
export type OrderId = Brand<string, "OrderId">;
export type PaymentId = Brand<string, "PaymentId">;
export type ReservationId = Brand<string, "ReservationId">;
export type ConcertId = Brand<string, "ConcertId">;
export type ScheduleId = Brand<string, "ScheduleId">;
/** Names one payment request of one shopper: 1–255 characters that the shopper chose. */
export type IdempotencyKey = Brand<string, "IdempotencyKey">;
/** Names one sale for ever: a shop's own under `shop:`, an order's line under `order:`. */
export type SaleId = Brand<string, "SaleId">;

/** What every id of the API matches (shoppers excepted). */
export const idPattern = /^[A-Za-z0-9_-]{1,64}$/;
/** What a shopper's name matches. */
export const userIdPattern = /^[\x21-\x7e]{1,128}$/;

/** What a sale's id matches: its namespace, then the ids that make it. */
export const saleIdPattern = /^(shop|order):[A-Za-z0-9_:-]{1,129}$/;

/** A claim gives one coupon at most, so the coupon bears the id of the claim's task: issuing twice is impossible. */
export const userCouponOf = (taskId: TaskId): UserCouponId => taskId as string as UserCouponId;
