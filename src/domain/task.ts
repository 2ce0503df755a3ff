import type { Claim } from "./coupon.js";
import type { CouponId, TaskId, UserCouponId } from "./ids.js";
import type { ClaimFailure } from "./reasons.js";

type TaskFacts = { readonly taskId: TaskId; readonly couponId: CouponId; readonly position: number };

/** A claim as its shopper follows it; the JSON of `GET /tasks/{taskId}` and of every stream about it. */
export type Task =
  | (TaskFacts & { readonly status: "pending" })
  | (TaskFacts & {
      readonly status: "succeeded";
      readonly result: { readonly userCouponId: UserCouponId; readonly couponId: CouponId; readonly position: number };
    })
  | (TaskFacts & { readonly status: "failed"; readonly reason: ClaimFailure });

/** The task that a claim is to its shopper. */
export const taskOf = (claim: Claim): Task => {
  const { taskId, couponId, position } = claim;
  switch (claim.status) {
    case "pending":
      return { taskId, couponId, position, status: "pending" };
    case "issued":
      return {
        taskId,
        couponId,
        position,
        status: "succeeded",
        result: { userCouponId: claim.userCouponId, couponId, position },
      };
    case "failed":
      return { taskId, couponId, position, status: "failed", reason: claim.reason };
  }
};
