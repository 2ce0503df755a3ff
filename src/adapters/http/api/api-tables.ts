import type { WatchBoards } from "../../../application/board/watch-boards.js";
import type { CancelReservation } from "../../../application/concert/cancel-reservation.js";
import type { HoldSeat } from "../../../application/concert/hold-seat.js";
import type { ListSoldOut } from "../../../application/concert/list-sold-out.js";
import type { Ranking, RebuildSoldOutBoard } from "../../../application/concert/rebuild-sold-out-board.js";
import type { ScheduleConcert } from "../../../application/concert/schedule-concert.js";
import type { AuditCoupon } from "../../../application/coupon/audit-coupon.js";
import type { ClaimCoupon } from "../../../application/coupon/claim-coupon.js";
import type { OpenCoupon } from "../../../application/coupon/open-coupon.js";
import type { ReplayDeadLetter } from "../../../application/dead-letter/replay-dead-letter.js";
import type { CancelOrder } from "../../../application/order/cancel-order.js";
import type { FollowOrder } from "../../../application/order/follow-order.js";
import type { PlaceOrder } from "../../../application/order/place-order.js";
import type { ConfirmPayment } from "../../../application/payment/confirm-payment.js";
import type { ClaimQueries } from "../../../application/ports/claim-queries.js";
import type { Clock } from "../../../application/ports/clock.js";
import type { ConcertQueries } from "../../../application/ports/concert-queries.js";
import type { CouponQueries } from "../../../application/ports/coupon-queries.js";
import type { DeadLetterQueries } from "../../../application/ports/dead-letter-queries.js";
import type { NewId } from "../../../application/ports/new-id.js";
import type { OrderQueries } from "../../../application/ports/order-queries.js";
import type { PaymentQueries } from "../../../application/ports/payment-queries.js";
import type { ProductQueries } from "../../../application/ports/product-queries.js";
import type { RankingLogQueries } from "../../../application/ports/ranking-log-queries.js";
import type { SalesQueries } from "../../../application/ports/sales-queries.js";
import type { SoldOutRecords } from "../../../application/ports/sold-out-records.js";
import type { AddProduct } from "../../../application/product/add-product.js";
import type { ChangeProduct } from "../../../application/product/change-product.js";
import type { CloseDay } from "../../../application/sales/close-day.js";
import type { CompareBoards } from "../../../application/sales/compare-boards.js";
import type { ListPopularProducts } from "../../../application/sales/list-popular-products.js";
import type { RecordSale } from "../../../application/sales/record-sale.js";
import type { FollowTask } from "../../../application/task/follow-task.js";
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
  readonly scheduleConcert: ScheduleConcert;
  readonly holdSeat: HoldSeat;
  readonly cancelReservation: CancelReservation;
  readonly concerts: ConcertQueries;
  readonly listSoldOut: ListSoldOut;
  readonly soldOutRecords: SoldOutRecords;
  readonly rebuildSoldOutBoard: RebuildSoldOutBoard;
  readonly watchBoards: WatchBoards;
  readonly ranking: Ranking;
  readonly recordSale: RecordSale;
  readonly listPopularProducts: ListPopularProducts;
  readonly compareBoards: CompareBoards;
  readonly closeDay: CloseDay;
  readonly sales: SalesQueries;
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
export const apiTables = (app: Application, { tickets, metrics, inFlight, readiness }: Edge): readonly Table[] => {
  const boardAnswers = new BoardAnswers(app.watchBoards, app.clock);
  return [
    {
      prefix: "/api/v1",
      routes: [
        ...claimRoutes({ ...app, tickets, metrics }),
        ...taskRoutes(app.claims, app.followTask),
        ...orderRoutes({ ...app, tickets }),
        ...paymentRoutes({ ...app, metrics }),
        ...reservationRoutes(app),
        ...popularProductRoutes({ ...app, boardAnswers }),
        ...soldOutRoutes({ ...app, boardAnswers }),
        ...saleRoutes(app.recordSale),
        ...couponRoutes(app),
        ...productRoutes(app),
        ...concertRoutes(app),
        ...statisticsRoutes(app.sales, app.closeDay),
        ...rebuildRoutes(app),
        ...rankingLogRoutes(app.rankingLog),
        ...deadLetterRoutes(app.deadLetters, app.replayDeadLetter),
      ],
    },
    { prefix: "", routes: [...probeRoutes(readiness, metrics, inFlight), ...pageRoutes] },
  ];
};
