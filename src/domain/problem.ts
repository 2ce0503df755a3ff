import type { BusinessDay } from "./business-day.js";
import type {
  ConcertId,
  CouponId,
  OrderId,
  PaymentId,
  ProductId,
  ReservationId,
  ScheduleId,
  TaskId,
  UserCouponId,
} from "./ids.js";
import type { Money } from "./money.js";

/** The engines that the service can lose and outlive. */
export type Engine = "database" | "redis" | "kafka";

/** A broken precondition, with the facts that the caller may see. Closed: the HTTP edge has one row a code. */
export type Problem =
  | { readonly code: "coupon-not-found"; readonly couponId: CouponId }
  /** A shopper's coupon that does not exist, or is another's. */
  | { readonly code: "coupon-not-found"; readonly userCouponId: UserCouponId }
  | { readonly code: "coupon-not-open"; readonly couponId: CouponId }
  | { readonly code: "coupon-sold-out"; readonly couponId: CouponId }
  | { readonly code: "claim-not-found"; readonly couponId: CouponId }
  | { readonly code: "claim-not-accepted"; readonly couponId: CouponId }
  | { readonly code: "task-not-found"; readonly taskId: TaskId }
  /** `index`: which of several things given names it. */
  | { readonly code: "product-not-found"; readonly productId: ProductId; readonly index?: number }
  | { readonly code: "sale-in-future"; readonly index: number }
  | { readonly code: "day-not-closed"; readonly businessDay: BusinessDay }
  | { readonly code: "stock-too-large"; readonly productId: ProductId }
  | { readonly code: "order-not-found"; readonly orderId: OrderId }
  | { readonly code: "order-too-large"; readonly greatest: Money }
  | { readonly code: "order-not-cancellable"; readonly orderId: OrderId }
  | { readonly code: "order-not-payable"; readonly orderId: OrderId }
  | { readonly code: "payment-not-found"; readonly paymentId: PaymentId }
  | { readonly code: "payment-declined"; readonly paymentId: PaymentId }
  | { readonly code: "concert-not-found"; readonly concertId: ConcertId }
  | { readonly code: "schedule-not-found"; readonly scheduleId: ScheduleId }
  | { readonly code: "seat-not-found"; readonly scheduleId: ScheduleId; readonly seatNo: number }
  | { readonly code: "seat-taken"; readonly scheduleId: ScheduleId; readonly seatNo: number }
  | { readonly code: "sales-not-open"; readonly scheduleId: ScheduleId }
  | { readonly code: "reservation-not-found"; readonly reservationId: ReservationId }
  | { readonly code: "reservation-expired"; readonly reservationId: ReservationId }
  | { readonly code: "already-paid" }
  | { readonly code: "payment-in-progress" }
  | { readonly code: "amount-mismatch"; readonly amount: Money }
  | { readonly code: "idempotency-key-reused" }
  | { readonly code: "dead-letter-not-found"; readonly deadLetterId: string }
  | { readonly code: "dead-letter-replayed"; readonly deadLetterId: string }
  /** What was parked is no event, so there is nothing to deliver again. */
  | { readonly code: "dead-letter-undecodable"; readonly deadLetterId: string }
  | { readonly code: "id-taken"; readonly id: string }
  /** A transition that no sequence of steps can ask for: a defect, or a forged event. */
  | { readonly code: "impossible-transition"; readonly from: string; readonly step: string }
  | { readonly code: "engine-unavailable"; readonly engine: Engine };

/** Thrown where a precondition does not hold; expected outcomes are values instead (ADR 0003). */
export class DomainError extends Error {
  readonly problem: Problem;

  constructor(problem: Problem, cause?: unknown) {
    super(problem.code, { cause });
    this.name = "DomainError";
    this.problem = problem;
  }
}

/** Whether `error` says that an engine could not be reached, so that trying again later may help. */
export const isEngineUnavailable = (error: unknown): boolean =>
  error instanceof DomainError && error.problem.code === "engine-unavailable";
