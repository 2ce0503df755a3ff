import type { WatchBoards } from "../../../application/board/watch-boards.js";
import type { Clock } from "../../../application/ports/clock.js";
import type { Tickets } from "../server/callers.js";
import type { InFlight } from "../server/exchange.js";
import type { Metrics } from "../server/metrics.js";
import type { Tag } from "../server/openapi.js";
import type { RouteTable } from "../server/route.js";
import { adminLogRoutes } from "./admin-log.js";
import { adminPaymentRoutes } from "./admin-payments.js";
import { boardRebuildRoutes } from "./board-rebuild.js";
import { BoardResponses } from "./board-responses.js";
import { claimRoutes } from "./claims.js";
import { concertRoutes } from "./concerts.js";
import { couponAuditRoutes } from "./coupon-audit.js";
import { couponRoutes } from "./coupons.js";
import { deadLetterRoutes } from "./dead-letters.js";
import { liveBoardRoutes } from "./live-boards.js";
import { orderTrackingRoutes } from "./order-tracking.js";
import { orderRoutes } from "./orders.js";
import { paymentRoutes } from "./payments.js";
import { probeRoutes, type Readiness } from "./probes.js";
import { problemRoutes } from "./problems.js";
import { productBoardRoutes } from "./product-boards.js";
import { productRoutes } from "./products.js";
import { reservationRoutes } from "./reservations.js";
import { saleRoutes } from "./sales.js";
import { scheduleRoutes } from "./schedules.js";
import { soldOutBoardRoutes } from "./sold-out-boards.js";
import { statisticsRoutes } from "./statistics.js";
import { userCouponRoutes } from "./user-coupons.js";
import { webhookDeliveryRoutes } from "./webhook-deliveries.js";
import { webhookRoutes } from "./webhooks.js";

/** The routes of each resource. Requests are matched in this order, so the busiest come first. */
const resources = [
  claimRoutes,
  orderRoutes,
  orderTrackingRoutes,
  paymentRoutes,
  reservationRoutes,
  productBoardRoutes,
  soldOutBoardRoutes,
  liveBoardRoutes,
  saleRoutes,
  couponRoutes,
  userCouponRoutes,
  couponAuditRoutes,
  productRoutes,
  concertRoutes,
  scheduleRoutes,
  statisticsRoutes,
  boardRebuildRoutes,
  deadLetterRoutes,
  adminLogRoutes,
  webhookRoutes,
  webhookDeliveryRoutes,
  adminPaymentRoutes,
] as const;

/** What routes need of the server. */
type Surroundings = {
  readonly tickets: Tickets;
  readonly metrics: Metrics;
  readonly inFlight: InFlight;
  readonly readiness: () => Promise<Readiness>;
};

/** The needs of all resources together. */
type Needs = (typeof resources)[number] extends (needs: infer N) => unknown ? N : never;

/** The use cases and queries that routes call, as the resources declare them. */
export type ApiNeeds = Omit<Needs, keyof Surroundings | "boardResponses"> & {
  readonly watchBoards: WatchBoards;
  readonly clock: Clock;
};

/** Returns every route. */
export const routeTables = (application: ApiNeeds, surroundings: Surroundings): readonly RouteTable[] => {
  const boardResponses = new BoardResponses(application.watchBoards, application.clock);
  const needs = { ...application, ...surroundings, boardResponses };
  return [
    { prefix: "/api/v1", routes: resources.flatMap((routes) => routes(needs)) },
    { prefix: "", routes: [...probeRoutes(surroundings), ...problemRoutes] },
  ];
};

/** The groups of the OpenAPI document. Its examples work on a fresh service in this order. */
export const tags: readonly Tag[] = [
  { name: "products", segments: ["products"], description: "Products and their stock" },
  {
    name: "coupons",
    segments: ["coupons", "tasks", "me"],
    description: "First-come coupons, claims, and the task that follows a claim to its result",
  },
  { name: "orders", segments: ["orders"], description: "Orders that reserve stock and redeem a coupon" },
  { name: "payments", segments: ["payments"], description: "Payments for orders and reservations" },
  {
    name: "concerts",
    segments: ["concerts", "schedules", "reservations"],
    description: "Concerts, their schedules and seats, and reservations",
  },
  { name: "sales", segments: ["sales", "statistics"], description: "Sales of other systems, and daily statistics" },
  { name: "rankings", segments: ["rankings"], description: "Best sellers and fastest sell-outs, also as streams" },
  { name: "administration", segments: ["admin"], description: "Tools for operators" },
  {
    name: "operations",
    segments: ["livez", "readyz", "metrics", "problems"],
    description: "Probes, metrics and the meaning of problem codes",
  },
];
