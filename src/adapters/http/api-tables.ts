import type { AuditCoupon } from "../../application/coupon/audit-coupon.js";
import type { ClaimCoupon } from "../../application/coupon/claim-coupon.js";
import type { OpenCoupon } from "../../application/coupon/open-coupon.js";
import type { ClaimQueries } from "../../application/ports/claim-queries.js";
import type { Clock } from "../../application/ports/clock.js";
import type { CouponQueries } from "../../application/ports/coupon-queries.js";
import type { NewId } from "../../application/ports/new-id.js";
import type { RankingLogQueries } from "../../application/ports/ranking-log-queries.js";
import type { FollowTask } from "../../application/task/follow-task.js";
import { claimRoutes } from "./claim-routes.js";
import { couponRoutes } from "./coupon-routes.js";
import type { InFlight } from "./in-flight.js";
import type { Metrics } from "./metrics.js";
import { pageRoutes } from "./page-routes.js";
import { probeRoutes, type Readiness } from "./probe-routes.js";
import { rankingLogRoutes } from "./ranking-log-routes.js";
import type { Route } from "./route.js";
import { taskRoutes } from "./task-routes.js";
import type { Tickets } from "./ticket.js";

/** The use cases and queries that routes call. */
export type Application = {
  readonly claimCoupon: ClaimCoupon;
  readonly openCoupon: OpenCoupon;
  readonly auditCoupon: AuditCoupon;
  readonly followTask: FollowTask;
  readonly coupons: CouponQueries;
  readonly claims: ClaimQueries;
  readonly rankingLog: RankingLogQueries;
  readonly clock: Clock;
  readonly newId: NewId;
};

/** Rows under one prefix. */
export type Table = { readonly prefix: string; readonly routes: readonly Route[] };

type Edge = {
  readonly tickets: Tickets;
  readonly metrics: Metrics;
  readonly inFlight: InFlight;
  readonly readiness: () => Promise<Readiness>;
};

/** Every route there is, hot ones first: they are matched in this order. */
export const apiTables = (app: Application, { tickets, metrics, inFlight, readiness }: Edge): readonly Table[] => [
  {
    prefix: "/api/v1",
    routes: [
      ...claimRoutes({ ...app, tickets, metrics }),
      ...taskRoutes(app.claims, app.followTask),
      ...couponRoutes(app),
      ...rankingLogRoutes(app.rankingLog),
    ],
  },
  { prefix: "", routes: [...probeRoutes(readiness, metrics, inFlight), ...pageRoutes] },
];
