import type { CouponId, TaskId } from "./ids.js";

/** The engines that the service can lose and outlive. */
export type Engine = "database" | "redis" | "kafka";

/** A broken precondition, with the facts that the caller may see. Closed: the HTTP edge has one row a code. */
export type Problem =
  | { readonly code: "coupon-not-found"; readonly couponId: CouponId }
  | { readonly code: "coupon-not-open"; readonly couponId: CouponId }
  | { readonly code: "coupon-sold-out"; readonly couponId: CouponId }
  | { readonly code: "claim-not-found"; readonly couponId: CouponId }
  | { readonly code: "claim-not-accepted"; readonly couponId: CouponId }
  | { readonly code: "task-not-found"; readonly taskId: TaskId }
  | { readonly code: "id-taken"; readonly id: string }
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
