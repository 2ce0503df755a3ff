import type { Claim } from "./coupon.js";
import type { CouponId, TaskId, UserCouponId } from "./ids.js";
import type { ClaimFailure } from "./reasons.js";

type TaskFacts = { readonly taskId: TaskId; readonly couponId: CouponId; readonly position: number };

/** A claim in the form that its shopper follows: the JSON of `GET /tasks/{taskId}` and of its stream. */
export type Task =
  | (TaskFacts & { readonly status: "pending" })
  | (TaskFacts & {
      readonly status: "succeeded";
      readonly result: { readonly userCouponId: UserCouponId; readonly couponId: CouponId; readonly position: number };
    })
  | (TaskFacts & { readonly status: "failed"; readonly reason: ClaimFailure });

/** Returns the task of a claim. */
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
