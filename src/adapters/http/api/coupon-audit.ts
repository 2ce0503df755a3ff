import { z } from "zod";
import type { AuditCoupon } from "../../../application/coupon/audit-coupon.js";
import type { RankingLogQueries } from "../../../application/ports/ranking-log-queries.js";
import type { CouponId } from "../../../domain/ids.js";
import { claimFailures } from "../../../domain/reasons.js";
import { toInstant } from "../../../domain/time.js";
import { pageResponse, type Route, route } from "../server/route.js";
import { component, countSchema, idSchema, pageQuery, pageSchema, timeSchema } from "../server/schemas.js";

const auditSchema = component(
  "CouponAudit",
  z.strictObject({
    quantity: countSchema,
    admitted: countSchema,
    taken: countSchema,
    issued: countSchema,
    returned: countSchema,
    remaining: z.int(),
    balanced: z.boolean().describe("No claim is pending, and admitted = taken = issued in every store"),
    stores: z.strictObject({
      queue: z.strictObject({ admitted: countSchema, returned: countSchema }),
      stock: z.strictObject({ taken: countSchema, remaining: z.int() }),
      database: z.strictObject({ pending: countSchema, issued: countSchema, failed: countSchema }),
    }),
  }),
);

const entrySchema = component(
  "RankingLogEntry",
  z.strictObject({
    id: z.string(),
    userId: z.string(),
    couponId: idSchema,
    position: z.int().min(1),
    status: z.enum(["ISSUED", "FAILED"]),
    reason: z.enum(claimFailures).optional(),
    retryCount: countSchema,
    at: timeSchema,
  }),
);

type Needs = { readonly auditCoupon: AuditCoupon; readonly rankingLog: RankingLogQueries };

/** For operators: a coupon's counts in every store, and the results of its claims. */
export const couponAuditRoutes = ({ auditCoupon, rankingLog }: Needs): readonly Route[] => [
  route({
    method: "GET",
    path: "/coupons/:couponId/audit",
    access: "admin",
    summary: "Compare a coupon's counts in queue, stock and database",
    responses: { 200: auditSchema },
    problems: ["coupon-not-found", "claim-not-accepted", "engine-unavailable"],
    handle: async ({ params }) => ({ status: 200, body: await auditCoupon.execute(params.couponId) }),
  }),
  route({
    method: "GET",
    path: "/admin/ranking-logs",
    access: "admin",
    summary: "List settled claims with position and result",
    query: pageQuery.extend({ couponId: idSchema.optional() }),
    responses: { 200: pageSchema("RankingLogPage", entrySchema) },
    problems: ["engine-unavailable"],
    async handle({ query: { couponId = null, cursor = null, limit } }) {
      const page = await rankingLog.list(couponId as CouponId | null, cursor, limit);
      return pageResponse(page, (entry): z.infer<typeof entrySchema> => {
        const { id, userId, couponId, position, status, reason, retryCount, at } = entry;
        const time = toInstant(at);
        return {
          id,
          userId,
          couponId,
          position,
          status,
          ...(reason !== undefined && { reason }),
          retryCount,
          at: time,
        };
      });
    },
  }),
];
