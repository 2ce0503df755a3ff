import type { BusinessDay } from "./business-day.js";
import type { ClaimFailure, SettledClaim } from "./coupon.js";
import type {
  Brand,
  ConcertId,
  CouponId,
  OrderId,
  PaymentId,
  ProductId,
  ReservationId,
  SaleId,
  ScheduleId,
  TaskId,
  UserCouponId,
  UserId,
} from "./ids.js";
import type { Money } from "./money.js";
import type { CancelReason, OrderItem } from "./order.js";
import { type EpochMs, type Instant, toInstant } from "./time.js";

export type EventId = Brand<string, "EventId">;

/** A fact, JSON-safe: events are the wire format, so no mapper stands between the core and a bus. */
export type Event<Type extends string, Data> = {
  readonly id: EventId;
  readonly type: Type;
  readonly at: Instant;
  readonly data: Data;
};

type ClaimData = {
  readonly taskId: TaskId;
  readonly couponId: CouponId;
  readonly userId: UserId;
  readonly position: number;
};
/** How often settling this claim had failed before it ended. */
type Settled = { readonly retryCount: number };

type OrderData = { readonly orderId: OrderId; readonly userId: UserId };
type Priced = { readonly subtotal: Money; readonly discount: Money; readonly total: Money };
type Paid = { readonly paymentId: PaymentId; readonly userId: UserId; readonly amount: Money };

export type DomainEvent =
  | Event<"coupon.requested", ClaimData>
  | Event<"coupon.reserved", ClaimData>
  | Event<"coupon.issued", ClaimData & Settled & { readonly userCouponId: UserCouponId }>
  | Event<"coupon.failed", ClaimData & Settled & { readonly reason: ClaimFailure }>
  | Event<
      "order.placed",
      OrderData & { readonly items: readonly OrderItem[]; readonly userCouponId: UserCouponId | null }
    >
  | Event<"stock.reserved", OrderData>
  | Event<"stock.refused", OrderData>
  | Event<"coupon.redeemed", OrderData>
  | Event<"coupon.redemption-refused", OrderData>
  | Event<"order.priced", OrderData & Priced>
  | Event<"order.confirmed", OrderData & Priced & { readonly paymentId: PaymentId }>
  | Event<"order.cancelled", OrderData & { readonly reason: CancelReason }>
  | Event<
      "payment.confirmed",
      Paid & { readonly orderId: OrderId | null; readonly reservationId: ReservationId | null }
    >
  | Event<
      "schedule.sold-out",
      {
        readonly concertId: ConcertId;
        readonly scheduleId: ScheduleId;
        readonly seats: number;
        readonly salesOpenAt: Instant;
        readonly soldOutAt: Instant;
      }
    >
  | Event<
      "product.sold",
      {
        readonly saleId: SaleId;
        readonly productId: ProductId;
        readonly quantity: number;
        readonly unitPrice: Money;
        readonly occurredAt: Instant;
        readonly businessDay: BusinessDay;
      }
    >;

export type EventType = DomainEvent["type"];
export type EventOf<Type extends EventType> = Extract<DomainEvent, { type: Type }>;

type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };
type AssertJson<T extends Json> = T;
/** Fails to compile when an event holds what JSON cannot carry. */
export type EventsAreJson = AssertJson<DomainEvent>;

/** Every event type, once: a bus makes its topics from it. */
export const eventTypes = Object.keys({
  "coupon.requested": true,
  "coupon.reserved": true,
  "coupon.issued": true,
  "coupon.failed": true,
  "order.placed": true,
  "stock.reserved": true,
  "stock.refused": true,
  "coupon.redeemed": true,
  "coupon.redemption-refused": true,
  "order.priced": true,
  "order.confirmed": true,
  "order.cancelled": true,
  "payment.confirmed": true,
  "schedule.sold-out": true,
  "product.sold": true,
} satisfies Record<EventType, true>) as readonly EventType[];

/** What a bus keeps in order: events of one key reach a group as they were published. */
export const keyOf = (event: DomainEvent): string => {
  switch (event.type) {
    case "coupon.requested":
    case "coupon.reserved":
    case "coupon.issued":
    case "coupon.failed":
      return event.data.couponId;
    case "order.placed":
    case "stock.reserved":
    case "stock.refused":
    case "coupon.redeemed":
    case "coupon.redemption-refused":
    case "order.priced":
    case "order.confirmed":
    case "order.cancelled":
      return event.data.orderId;
    case "payment.confirmed":
      return event.data.orderId ?? event.data.reservationId ?? event.data.paymentId;
    case "schedule.sold-out":
      return event.data.scheduleId;
    case "product.sold":
      return event.data.productId;
  }
};

const claimData = ({ taskId, couponId, userId, position }: ClaimData): ClaimData => ({
  taskId,
  couponId,
  userId,
  position,
});

/** The request or reservation of a claim; its id is made of the task, so telling it twice is one event. */
export const claimEvent = <T extends "coupon.requested" | "coupon.reserved">(
  type: T,
  claim: ClaimData,
  at: EpochMs,
): EventOf<T> =>
  ({ id: `${type}:${claim.taskId}` as EventId, type, at: toInstant(at), data: claimData(claim) }) as EventOf<T>;

/** The one end of a claim. */
export const settledEvent = (
  claim: SettledClaim,
  retryCount: number,
  at: EpochMs,
): EventOf<"coupon.issued" | "coupon.failed"> => {
  const facts = { ...claimData(claim), retryCount };
  return claim.status === "issued"
    ? {
        id: `coupon.issued:${claim.taskId}` as EventId,
        type: "coupon.issued",
        at: toInstant(at),
        data: { ...facts, userCouponId: claim.userCouponId },
      }
    : {
        id: `coupon.failed:${claim.taskId}` as EventId,
        type: "coupon.failed",
        at: toInstant(at),
        data: { ...facts, reason: claim.reason },
      };
};
