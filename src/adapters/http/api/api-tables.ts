import type { WatchBoards } from "../../../application/board/watch-boards.js";
import type { Clock } from "../../../application/ports/clock.js";
import type { InFlight } from "../server/in-flight.js";
import type { Metrics } from "../server/metrics.js";
import type { Route } from "../server/route.js";
import type { Tickets } from "../server/ticket.js";
import { BoardAnswers } from "./board-answers.js";
import { rebuildRoutes } from "./board-rebuilds.js";
import { claimRoutes } from "./claims.js";
import { concertRoutes } from "./concerts.js";
import { couponRoutes } from "./coupons.js";
import { deadLetterRoutes } from "./dead-letters.js";
import { orderRoutes } from "./orders.js";
import { paymentRoutes } from "./payments.js";
import { popularProductRoutes } from "./popular-products.js";
import { probeRoutes, type Readiness } from "./probes.js";
import { pageRoutes } from "./problems.js";
import { productRoutes } from "./products.js";
import { rankingLogRoutes } from "./ranking-log.js";
import { reservationRoutes } from "./reservations.js";
import { saleRoutes } from "./sales.js";
import { soldOutRoutes } from "./sold-out.js";
import { statisticsRoutes } from "./statistics.js";
import { taskRoutes } from "./tasks.js";

/** The routes of every resource under `/api/v1`. They are matched in this order, so the busiest come first. */
const resources = [
  claimRoutes,
  taskRoutes,
  orderRoutes,
  paymentRoutes,
  reservationRoutes,
  popularProductRoutes,
  soldOutRoutes,
  saleRoutes,
  couponRoutes,
  productRoutes,
  concertRoutes,
  statisticsRoutes,
  rebuildRoutes,
  rankingLogRoutes,
  deadLetterRoutes,
] as const;

/** The intersection of what the resources need. */
type Needs = (typeof resources)[number] extends (needs: infer All) => readonly Route[] ? All : never;

/** Rows under one prefix. */
export type Table = { readonly prefix: string; readonly routes: readonly Route[] };

type Edge = {
  readonly tickets: Tickets;
  readonly metrics: Metrics;
  readonly inFlight: InFlight;
  readonly readiness: () => Promise<Readiness>;
};

/** The use cases and queries that routes call, as the resources declare them. */
export type ApiNeeds = Omit<Needs, keyof Edge | "boardAnswers"> & {
  readonly watchBoards: WatchBoards;
  readonly clock: Clock;
};

/** Every route. */
export const apiTables = (application: ApiNeeds, edge: Edge): readonly Table[] => {
  const boardAnswers = new BoardAnswers(application.watchBoards, application.clock);
  const needs = { ...application, ...edge, boardAnswers };
  return [
    { prefix: "/api/v1", routes: resources.flatMap((routesOf) => routesOf(needs)) },
    { prefix: "", routes: [...probeRoutes(edge.readiness, edge.metrics, edge.inFlight), ...pageRoutes] },
  ];
};
