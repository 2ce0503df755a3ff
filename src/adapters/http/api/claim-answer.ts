import { z } from "zod";
import type { Claim } from "../../../domain/coupon.js";
import { taskOf } from "../../../domain/task.js";
import { idSchema, name } from "../server/api-schemas.js";
import type { Tickets } from "../server/ticket.js";

export const claimSchema = name(
  "Claim",
  z.strictObject({
    taskId: idSchema,
    couponId: idSchema,
    status: z.enum(["pending", "succeeded", "failed"]),
    position: z.int().min(1),
    links: z.strictObject({ self: z.string(), events: z.string() }),
  }),
);

/** A claim as its shopper is told of it; the events link carries a fresh ticket. */
export const claimAnswer = async (claim: Claim, tickets: Tickets): Promise<z.infer<typeof claimSchema>> => {
  const { taskId, couponId, userId, position } = claim;
  const self = `/api/v1/tasks/${taskId}`;
  const ticket = await tickets.issue("taskId", taskId, userId);
  return {
    taskId,
    couponId,
    status: taskOf(claim).status,
    position,
    links: { self, events: `${self}/events?ticket=${ticket}` },
  };
};
