import { z } from "zod";
import type { ClaimQueries } from "../../../application/ports/claim-queries.js";
import type { FollowTask } from "../../../application/task/follow-task.js";
import type { TaskId, UserId } from "../../../domain/ids.js";
import { DomainError } from "../../../domain/problem.js";
import { type Task, taskOf } from "../../../domain/task.js";
import { idSchema, name } from "../server/api-schemas.js";
import { eventFrame } from "../server/event-stream.js";
import { type Route, route } from "../server/route.js";

const facts = { taskId: idSchema, couponId: idSchema, position: z.int().min(1) };
const result = z.strictObject({ userCouponId: idSchema, couponId: idSchema, position: z.int().min(1) });
const taskSchema = name(
  "Task",
  z.discriminatedUnion("status", [
    z.strictObject({ ...facts, status: z.literal("pending") }),
    z.strictObject({ ...facts, status: z.literal("succeeded"), result }),
    z.strictObject({
      ...facts,
      status: z.literal("failed"),
      reason: z.enum(["coupon-sold-out", "coupon-already-issued", "internal"]),
    }),
  ]),
);

type Needs = { readonly claims: ClaimQueries; readonly followTask: FollowTask };

/** What became of a claim: asked once, or followed. */
export const taskRoutes = ({ claims, followTask }: Needs): readonly Route[] => {
  const find = async (taskId: TaskId, shopper: UserId): Promise<Task> => {
    const [claim] = await claims.byTasks([taskId]);
    if (claim === undefined || claim.userId !== shopper) throw new DomainError({ code: "task-not-found", taskId });
    return taskOf(claim);
  };
  return [
    route({
      method: "GET",
      path: "/tasks/:taskId",
      access: "shopper",
      summary: "A task as it stands",
      answers: { 200: taskSchema },
      problems: ["task-not-found", "engine-unavailable"],
      handle: async ({ params, shopper }) => ({ status: 200, body: await find(params.taskId, shopper) }),
    }),
    route({
      method: "GET",
      path: "/tasks/:taskId/events",
      access: "shopper",
      summary: "Follow a task to its end",
      description:
        "Events `pending`, then `settled` (id `<taskId>:settled`), each with the JSON of the task; then the stream " +
        "closes. With that id as Last-Event-ID: 204, which tells an EventSource to stop.",
      ticketFor: "taskId",
      answers: { 200: "text/event-stream", 204: null },
      problems: ["task-not-found", "too-many-streams", "engine-unavailable"],
      async handle(context) {
        const { params, shopper } = context;
        const { taskId } = params;
        const endId = `${taskId}:settled`;
        if (context.lastEventId === endId && (await find(taskId, shopper)).status !== "pending") return { status: 204 };
        const stream = context.openStream();
        const leave = await followTask.execute(taskId, shopper, (task) => {
          const data = JSON.stringify(task);
          if (task.status === "pending") return stream.send(eventFrame("pending", data));
          stream.send(eventFrame("settled", data, endId));
          stream.end();
        });
        stream.onClose(leave);
        return stream;
      },
    }),
  ];
};
