import { z } from "zod";
import type { ClaimCoupon } from "../../../application/coupon/claim-coupon.js";
import type { ClaimQueries } from "../../../application/ports/claim-queries.js";
import type { FollowTask } from "../../../application/task/follow-task.js";
import type { Claim } from "../../../domain/coupon.js";
import type { TaskId, UserId } from "../../../domain/ids.js";
import { DomainError } from "../../../domain/problem.js";
import { claimFailures } from "../../../domain/reasons.js";
import { type Task, taskOf } from "../../../domain/task.js";
import type { Links, Tickets } from "../server/callers.js";
import { eventFrame } from "../server/event-stream.js";
import type { Metrics } from "../server/metrics.js";
import type { ProblemEntries } from "../server/problems.js";
import { jsonType } from "../server/response-writer.js";
import { type Route, route } from "../server/route.js";
import { component, emptyBody, idSchema } from "../server/schemas.js";

const facts = { taskId: idSchema, couponId: idSchema, position: z.int().min(1) };

const claimSchema = component(
  "Claim",
  z.strictObject({
    taskId: idSchema,
    couponId: idSchema,
    status: z.enum(["pending", "succeeded", "failed"]),
    position: z.int().min(1),
    links: z.strictObject({ self: z.string(), events: z.string() }),
  }),
);

const taskSchema = component(
  "Task",
  z.discriminatedUnion("status", [
    z.strictObject({ ...facts, status: z.literal("pending") }),
    z.strictObject({
      ...facts,
      status: z.literal("succeeded"),
      result: z.strictObject({ userCouponId: idSchema, couponId: idSchema, position: z.int().min(1) }),
    }),
    z.strictObject({
      ...facts,
      status: z.literal("failed"),
      reason: z.enum(claimFailures),
    }),
  ]),
);

export const claimProblems = {
  "coupon-not-open": {
    status: 409,
    title: "Coupon is not open",
    meaning: "The coupon cannot be claimed yet, or no longer, and you have no claim on it.",
    advice: "Claim the coupon between its opensAt and its closesAt.",
    detail: (problem) =>
      problem.cause === "scheduled"
        ? `Coupon ${problem.couponId} opens at ${problem.opensAt}.`
        : `Coupon ${problem.couponId} closed at ${problem.closesAt}.`,
    adviceFor: (problem) =>
      problem.cause === "scheduled"
        ? `Send the claim again at ${problem.opensAt} or later.`
        : "Do not retry: a closed coupon accepts no more claims.",
  },
  "coupon-sold-out": {
    status: 409,
    title: "Coupon is sold out",
    meaning: "All coupons are issued or reserved for pending claims.",
    advice: "You may try again later: if a pending claim fails, its place goes to the next shopper who claims.",
    detail: ({ couponId }) => `All coupons of ${couponId} are issued or reserved for pending claims.`,
  },
  "claim-not-found": {
    status: 404,
    title: "Claim not found",
    meaning: "You have never claimed this coupon, or the coupon does not exist.",
    advice: "Claim the coupon with POST /api/v1/coupons/{couponId}/claims.",
    detail: ({ couponId }) => `You have no claim on a coupon with the id ${couponId}.`,
  },
  "claim-not-accepted": {
    status: 503,
    title: "Claim not accepted yet",
    meaning: "The coupon's queue must be rebuilt before the claim is stored. If you have a place, you keep it.",
    advice: "Send the same request again after Retry-After seconds. A claim never counts twice.",
    retryAfter: 1,
    detail: ({ couponId }) => `The queue of coupon ${couponId} must be rebuilt first.`,
  },
  "task-not-found": {
    status: 404,
    title: "Task not found",
    meaning: "You have no task with this id.",
    advice: "Use the links of your claim, and send the request as the shopper who claimed.",
    detail: ({ taskId }) => `You have no task with the id ${taskId}.`,
  },
} satisfies Partial<ProblemEntries>;

type Needs = {
  readonly claimCoupon: ClaimCoupon;
  readonly claims: ClaimQueries;
  readonly followTask: FollowTask;
  readonly tickets: Tickets;
  readonly metrics: Metrics;
};

const taskPath = ({ taskId }: Claim) => `/api/v1/tasks/${taskId}`;

/** Returns a `Claim` as JSON. Its ids and links contain no character that JSON would escape. */
const claimJson = (claim: Claim, { self, events }: Links): string => {
  const { taskId, couponId, position } = claim;
  const task = `"taskId":"${taskId}","couponId":"${couponId}","status":"${taskOf(claim).status}","position":${position}`;
  return `{${task},"links":{"self":"${self}","events":"${events}"}}`;
};

/** Claims and their tasks: claimed, read and followed by the shopper. */
export const claimRoutes = ({ claimCoupon, claims, followTask, tickets, metrics }: Needs): readonly Route[] => {
  const linksOf = (claim: Claim) => tickets.links(taskPath(claim), "taskId", claim.taskId, claim.userId);
  const findTask = async (taskId: TaskId, shopper: UserId): Promise<Task> => {
    const [claim] = await claims.byTasks([taskId]);
    if (claim === undefined || claim.userId !== shopper) throw new DomainError({ code: "task-not-found", taskId });
    return taskOf(claim);
  };
  const taskLinks = ["GET /tasks/:taskId", "GET /tasks/:taskId/events", "GET /coupons/:couponId/claims/me"];
  return [
    route({
      method: "POST",
      path: "/coupons/:couponId/claims",
      isHot: true,
      access: "shopper",
      summary: "Claim a coupon",
      description:
        "202: the claim has a position and will end in exactly one result. 200: you had a claim before; this is its " +
        "current state.",
      rateLimited: true,
      body: emptyBody,
      responses: { 202: claimSchema, 200: claimSchema },
      links: taskLinks,
      problems: ["coupon-not-found", "coupon-not-open", "coupon-sold-out", "claim-not-accepted", "engine-unavailable"],
      onOutcome: (outcome) => {
        if (typeof outcome === "string") metrics.claim(outcome);
        else if ("status" in outcome) metrics.claim(outcome.status === 202 ? "accepted" : "standing");
      },
      async handle({ params, shopper }) {
        const { accepted, claim } = await claimCoupon.execute(params.couponId, shopper);
        const links = linksOf(claim);
        const text = claimJson(claim, links instanceof Promise ? await links : links);
        const headers = ["Location", taskPath(claim), ...(accepted ? ["Retry-After", "1"] : [])];
        return { status: accepted ? 202 : 200, type: jsonType, text, headers };
      },
    }),
    route({
      method: "GET",
      path: "/coupons/:couponId/claims/me",
      isHot: true,
      access: "shopper",
      summary: "Read your latest claim on a coupon",
      responses: { 200: claimSchema },
      links: taskLinks,
      problems: ["claim-not-found", "engine-unavailable"],
      async handle({ params: { couponId }, shopper }) {
        const claim = await claims.latest(couponId, shopper);
        if (claim === undefined) throw new DomainError({ code: "claim-not-found", couponId });
        return { status: 200, type: jsonType, text: claimJson(claim, await linksOf(claim)) };
      },
    }),
    route({
      method: "GET",
      path: "/tasks/:taskId",
      isHot: true,
      access: "shopper",
      summary: "Read a task",
      responses: { 200: taskSchema },
      problems: ["task-not-found", "engine-unavailable"],
      handle: async ({ params, shopper }) => ({ status: 200, body: await findTask(params.taskId, shopper) }),
    }),
    route({
      method: "GET",
      path: "/tasks/:taskId/events",
      access: "shopper",
      summary: "Follow a task until its result",
      description:
        "Events: `pending`, then `settled` with the id `<taskId>:settled`. The data is the task's JSON. After `settled` " +
        "the stream closes. With that id as Last-Event-ID the response is 204, which stops an EventSource.",
      ticketFor: "taskId",
      responses: { 200: "text/event-stream", 204: null },
      problems: ["task-not-found", "too-many-streams", "engine-unavailable"],
      async handle(context) {
        const { params, shopper, lastEventId } = context;
        const { taskId } = params;
        const settledId = `${taskId}:settled`;
        if (lastEventId === settledId && (await findTask(taskId, shopper)).status !== "pending") return { status: 204 };
        const stream = context.openStream();
        const leave = await followTask.execute(taskId, shopper, (task) => {
          const data = JSON.stringify(task);
          if (task.status === "pending") return stream.send(eventFrame("pending", data));
          stream.send(eventFrame("settled", data, settledId));
          stream.end();
        });
        stream.onClose(leave);
        return stream;
      },
    }),
  ];
};
