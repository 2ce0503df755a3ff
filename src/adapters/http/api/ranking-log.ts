import { z } from "zod";
import type { RankingLogQueries } from "../../../application/ports/ranking-log-queries.js";
import type { CouponId } from "../../../domain/ids.js";
import { toInstant } from "../../../domain/time.js";
import { countSchema, idSchema, name, pageOf, pageQuery, timeSchema } from "../server/api-schemas.js";
import { pageAnswer } from "../server/page-answer.js";
import { type Route, route } from "../server/route.js";

const entrySchema = name(
  "RankingLogEntry",
  z.strictObject({
    id: z.string(),
    userId: z.string(),
    couponId: idSchema,
    position: z.int().min(1),
    status: z.enum(["ISSUED", "FAILED"]),
    reason: z.enum(["coupon-sold-out", "coupon-already-issued", "internal"]).optional(),
    retryCount: countSchema,
    at: timeSchema,
  }),
);

const entryPage = pageOf("RankingLogPage", entrySchema);

type Needs = { readonly rankingLog: RankingLogQueries };

/** The ranking log, for operators. */
export const rankingLogRoutes = ({ rankingLog }: Needs): readonly Route[] => [
  route({
    method: "GET",
    path: "/admin/ranking-logs",
    access: "admin",
    summary: "Every admitted claim's position and outcome",
    query: pageQuery.extend({ couponId: idSchema.optional() }),
    answers: { 200: entryPage },
    problems: ["engine-unavailable"],
    async handle({ query: { couponId = null, cursor = null, limit } }) {
      return pageAnswer(
        await rankingLog.list(couponId as CouponId | null, cursor, limit),
        ({ id, userId, couponId, position, status, reason, retryCount, at }): z.infer<typeof entrySchema> => ({
          id,
          userId,
          couponId,
          position,
          status,
          ...(reason !== undefined && { reason }),
          retryCount,
          at: toInstant(at),
        }),
      );
    },
  }),
];
