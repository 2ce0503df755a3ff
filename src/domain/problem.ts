import type { Backend, BackendFault } from "./backend-fault.js";
import type { BusinessDay } from "./business-day.js";
import type {
  ConcertId,
  CouponId,
  DeliveryId,
  IdempotencyKey,
  OrderId,
  PaymentId,
  ProductId,
  ReservationId,
  ScheduleId,
  TaskId,
  UserCouponId,
  WebhookId,
} from "./ids.js";
import type { Money } from "./money.js";
import type { Instant } from "./time.js";

/**
 * A broken precondition with the facts that the caller may see, in the form in which the API shows them. Where a code
 * has several causes, `cause` names the one that applies. The union is closed: the HTTP adapter has one entry per code.
 */
export type Problem =
  | { readonly code: "coupon-not-found"; readonly couponId: CouponId }
  /** The shopper's coupon does not exist or belongs to another shopper. */
  | { readonly code: "coupon-not-found"; readonly userCouponId: UserCouponId }
  | {
      readonly code: "coupon-not-open";
      readonly cause: "scheduled";
      readonly couponId: CouponId;
      readonly opensAt: Instant;
    }
  | {
      readonly code: "coupon-not-open";
      readonly cause: "closed";
      readonly couponId: CouponId;
      readonly closesAt: Instant;
    }
  /** A new coupon would never open. */
  | { readonly code: "closes-in-past"; readonly closesAt: Instant; readonly now: Instant }
  | { readonly code: "coupon-sold-out"; readonly couponId: CouponId }
  | { readonly code: "claim-not-found"; readonly couponId: CouponId }
  | { readonly code: "claim-not-accepted"; readonly couponId: CouponId }
  | { readonly code: "task-not-found"; readonly taskId: TaskId }
  /** `index`: the position of the sale in the request. */
  | { readonly code: "product-not-found"; readonly productId: ProductId; readonly index?: number }
  | { readonly code: "sale-in-future"; readonly index: number; readonly occurredAt: Instant; readonly latest: Instant }
  | { readonly code: "day-not-closed"; readonly businessDay: BusinessDay; readonly today: BusinessDay }
  | {
      readonly code: "stock-too-large";
      readonly productId: ProductId;
      readonly restock: number;
      readonly greatest: number;
    }
  | { readonly code: "order-not-found"; readonly orderId: OrderId }
  | { readonly code: "order-too-large"; readonly subtotal: Money; readonly greatest: Money }
  | { readonly code: "order-not-cancellable"; readonly cause: "confirmed"; readonly orderId: OrderId }
  | {
      readonly code: "order-not-cancellable";
      readonly cause: "payment-open";
      readonly orderId: OrderId;
      readonly paymentId: PaymentId;
    }
  | { readonly code: "order-not-payable"; readonly cause: "not-priced"; readonly orderId: OrderId }
  | {
      readonly code: "order-not-payable";
      readonly cause: "cancelled";
      readonly orderId: OrderId;
      readonly reason: string;
    }
  | {
      readonly code: "order-not-payable";
      readonly cause: "expired";
      readonly orderId: OrderId;
      readonly expiresAt: Instant;
    }
  | { readonly code: "payment-not-found"; readonly paymentId: PaymentId }
  | { readonly code: "payment-declined"; readonly paymentId: PaymentId }
  | { readonly code: "concert-not-found"; readonly concertId: ConcertId }
  | { readonly code: "schedule-not-found"; readonly scheduleId: ScheduleId }
  | {
      readonly code: "seat-not-found";
      readonly scheduleId: ScheduleId;
      readonly seatNo: number;
      readonly seats: number;
    }
  | {
      readonly code: "seat-taken";
      readonly cause: "held" | "reserved";
      readonly scheduleId: ScheduleId;
      readonly seatNo: number;
    }
  | { readonly code: "sales-not-open"; readonly scheduleId: ScheduleId; readonly salesOpenAt: Instant }
  | { readonly code: "reservation-not-found"; readonly reservationId: ReservationId }
  | {
      readonly code: "reservation-expired";
      readonly cause: "expired" | "cancelled";
      readonly reservationId: ReservationId;
      readonly expiresAt: Instant;
    }
  /** `paymentId`: the payment that paid. */
  | { readonly code: "already-paid"; readonly paymentId: PaymentId }
  /** `paymentId`: the open payment. */
  | { readonly code: "payment-in-progress"; readonly paymentId: PaymentId }
  /** `amount` is due, `sent` was sent. */
  | { readonly code: "amount-mismatch"; readonly amount: Money; readonly sent: Money }
  | { readonly code: "idempotency-key-reused"; readonly idempotencyKey: IdempotencyKey }
  | { readonly code: "dead-letter-not-found"; readonly deadLetterId: string }
  | { readonly code: "dead-letter-replayed"; readonly deadLetterId: string }
  /** The parked text is not an event, so it cannot be delivered again. */
  | { readonly code: "dead-letter-undecodable"; readonly deadLetterId: string }
  | { readonly code: "webhook-not-found"; readonly webhookId: WebhookId }
  | { readonly code: "webhook-delivery-not-found"; readonly deliveryId: DeliveryId }
  | { readonly code: "webhook-in-settings" }
  | { readonly code: "id-taken"; readonly id: string }
  /** A transition that no valid sequence of steps leads to: a defect or a forged event. */
  | { readonly code: "impossible-transition"; readonly from: string; readonly step: string }
  /** Without a cause: the backend is unreachable. */
  | { readonly code: "engine-unavailable"; readonly engine: Backend; readonly cause?: BackendFault }
  /** Another transaction holds what this one needs. `resource`: the table; `key`: the row, `null` if it is not known. */
  | { readonly code: "resource-busy"; readonly resource: string; readonly key: string | null };

/** Thrown when a precondition does not hold; expected outcomes are values instead (ADR 0003). */
export class DomainError extends Error {
  readonly problem: Problem;

  constructor(problem: Problem, cause?: unknown) {
    super(problem.code, { cause });
    this.name = "DomainError";
    this.problem = problem;
  }
}

/** Returns `engine-unavailable`: the backend could not do its work for a reason that is not about the request. */
export const backendUnavailable = (engine: Backend, cause: BackendFault, error: unknown): DomainError =>
  new DomainError({ code: "engine-unavailable", engine, cause }, error);

/** Returns which backend failed and why, or `undefined` if the error has another reason. */
export const unavailableBackend = (
  error: unknown,
): { readonly backend: Backend; readonly fault: BackendFault } | undefined => {
  if (!(error instanceof DomainError) || error.problem.code !== "engine-unavailable") return undefined;
  return { backend: error.problem.engine, fault: error.problem.cause ?? "unreachable" };
};

/** Whether a backend could not do its work, so a later retry may succeed. */
export const isBackendUnavailable = (error: unknown): boolean => unavailableBackend(error) !== undefined;

/** Whether `error` means that another transaction holds what this work needs. Other work is not affected. */
export const isResourceBusy = (error: unknown): boolean =>
  error instanceof DomainError && error.problem.code === "resource-busy";

/** Whether the same work may succeed later, so that neither it nor its item is at fault. */
export const isTransient = (error: unknown): boolean => isBackendUnavailable(error) || isResourceBusy(error);
