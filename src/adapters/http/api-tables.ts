import type { AuditCoupon } from "../../application/coupon/audit-coupon.js";
import type { ClaimCoupon } from "../../application/coupon/claim-coupon.js";
import type { OpenCoupon } from "../../application/coupon/open-coupon.js";
import type { ReplayDeadLetter } from "../../application/dead-letter/replay-dead-letter.js";
import type { CancelOrder } from "../../application/order/cancel-order.js";
import type { FollowOrder } from "../../application/order/follow-order.js";
import type { PlaceOrder } from "../../application/order/place-order.js";
import type { ConfirmPayment } from "../../application/payment/confirm-payment.js";
import type { ClaimQueries } from "../../application/ports/claim-queries.js";
import type { Clock } from "../../application/ports/clock.js";
import type { CouponQueries } from "../../application/ports/coupon-queries.js";
import type { DeadLetterQueries } from "../../application/ports/dead-letter-queries.js";
import type { NewId } from "../../application/ports/new-id.js";
import type { OrderQueries } from "../../application/ports/order-queries.js";
import type { PaymentQueries } from "../../application/ports/payment-queries.js";
import type { ProductQueries } from "../../application/ports/product-queries.js";
import type { RankingLogQueries } from "../../application/ports/ranking-log-queries.js";
import type { AddProduct } from "../../application/product/add-product.js";
import type { ChangeProduct } from "../../application/product/change-product.js";
import type { FollowTask } from "../../application/task/follow-task.js";
import { claimRoutes } from "./claim-routes.js";
import { couponRoutes } from "./coupon-routes.js";
import { deadLetterRoutes } from "./dead-letter-routes.js";
import type { InFlight } from "./in-flight.js";
import type { Metrics } from "./metrics.js";
import { orderRoutes } from "./order-routes.js";
import { pageRoutes } from "./page-routes.js";
import { paymentRoutes } from "./payment-routes.js";
import { probeRoutes, type Readiness } from "./probe-routes.js";
import { productRoutes } from "./product-routes.js";
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
  readonly addProduct: AddProduct;
  readonly changeProduct: ChangeProduct;
  readonly products: ProductQueries;
  readonly placeOrder: PlaceOrder;
  readonly cancelOrder: CancelOrder;
  readonly followOrder: FollowOrder;
  readonly orders: OrderQueries;
  readonly confirmPayment: ConfirmPayment;
  readonly payments: PaymentQueries;
  readonly replayDeadLetter: ReplayDeadLetter;
  readonly deadLetters: DeadLetterQueries;
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
      ...orderRoutes({ ...app, tickets }),
      ...paymentRoutes({ ...app, metrics }),
      ...couponRoutes(app),
      ...productRoutes(app),
      ...rankingLogRoutes(app.rankingLog),
      ...deadLetterRoutes(app.deadLetters, app.replayDeadLetter),
    ],
  },
  { prefix: "", routes: [...probeRoutes(readiness, metrics, inFlight), ...pageRoutes] },
];
