import type { Logger } from "pino";
import type { Registry } from "prom-client";
import type { Application } from "../adapters/http/api-tables.js";
import type { RedisClient } from "../adapters/redis/redis-client.js";
import type { Database } from "../adapters/sql/database.js";
import type { SqlClaimRows } from "../adapters/sql/sql-claim-rows.js";
import type { SqlDeadLetters } from "../adapters/sql/sql-dead-letters.js";
import type { SqlJobLease } from "../adapters/sql/sql-job-lease.js";
import type { SqlOutboxRows } from "../adapters/sql/sql-outbox-rows.js";
import type { SqlSecrets } from "../adapters/sql/sql-secrets.js";
import type { WatchBoards } from "../application/board/watch-boards.js";
import type { ConsumerGroup, Reactions } from "../application/choreography.js";
import type { AnnounceSoldOut } from "../application/concert/announce-sold-out.js";
import type { CancelReservation } from "../application/concert/cancel-reservation.js";
import type { ExpireHolds } from "../application/concert/expire-holds.js";
import type { HoldSeat } from "../application/concert/hold-seat.js";
import type { ListSoldOut } from "../application/concert/list-sold-out.js";
import type { RankSoldOut } from "../application/concert/rank-sold-out.js";
import type { Ranking, RebuildSoldOutBoard } from "../application/concert/rebuild-sold-out-board.js";
import type { ScheduleConcert } from "../application/concert/schedule-concert.js";
import type { AcceptClaim } from "../application/coupon/accept-claim.js";
import type { AuditCoupon } from "../application/coupon/audit-coupon.js";
import type { ClaimCoupon } from "../application/coupon/claim-coupon.js";
import type { CompareStores } from "../application/coupon/compare-stores.js";
import type { IssueCoupon } from "../application/coupon/issue-coupon.js";
import type { JoinQueue } from "../application/coupon/join-queue.js";
import type { LogClaims } from "../application/coupon/log-claims.js";
import type { OpenCoupon } from "../application/coupon/open-coupon.js";
import type { RebuildQueue } from "../application/coupon/rebuild-queue.js";
import type { ReserveCoupon } from "../application/coupon/reserve-coupon.js";
import type { ReturnPlaces } from "../application/coupon/return-places.js";
import type { SweepClaims } from "../application/coupon/sweep-claims.js";
import type { ReplayDeadLetter } from "../application/dead-letter/replay-dead-letter.js";
import type { CancelOrder } from "../application/order/cancel-order.js";
import type { CancelRefusedOrders } from "../application/order/cancel-refused-orders.js";
import type { EndOrders } from "../application/order/end-orders.js";
import type { ExpireOrders } from "../application/order/expire-orders.js";
import type { FollowOrder } from "../application/order/follow-order.js";
import type { PlaceOrder } from "../application/order/place-order.js";
import type { PriceOrder } from "../application/order/price-order.js";
import type { RedeemCoupon } from "../application/order/redeem-coupon.js";
import type { ReserveStock } from "../application/order/reserve-stock.js";
import type { ReviveOrders } from "../application/order/revive-orders.js";
import type { RelayOutbox } from "../application/outbox/relay-outbox.js";
import type { ClosePayment } from "../application/payment/close-payment.js";
import type { ConfirmPayment } from "../application/payment/confirm-payment.js";
import type { Payables } from "../application/payment/payables.js";
import type { SettleOpenPayments } from "../application/payment/settle-open-payments.js";
import type { StartPayment } from "../application/payment/start-payment.js";
import type { BoardNotices } from "../application/ports/board-notices.js";
import type { ClaimQueries } from "../application/ports/claim-queries.js";
import type { Clock } from "../application/ports/clock.js";
import type { ConcertQueries } from "../application/ports/concert-queries.js";
import type { CouponQueries } from "../application/ports/coupon-queries.js";
import type { CouponQueue } from "../application/ports/coupon-queue.js";
import type { CouponStock } from "../application/ports/coupon-stock.js";
import type { DeadLetterQueries } from "../application/ports/dead-letter-queries.js";
import type { EventBus } from "../application/ports/event-bus.js";
import type { NewId } from "../application/ports/new-id.js";
import type { OrderNotices } from "../application/ports/order-notices.js";
import type { OrderQueries } from "../application/ports/order-queries.js";
import type { Patience } from "../application/ports/patience.js";
import type { PaymentProvider } from "../application/ports/payment-provider.js";
import type { PaymentQueries } from "../application/ports/payment-queries.js";
import type { ProductQueries } from "../application/ports/product-queries.js";
import type { RankingLogQueries } from "../application/ports/ranking-log-queries.js";
import type { SalesBoard } from "../application/ports/sales-board.js";
import type { SalesQueries } from "../application/ports/sales-queries.js";
import type { SoldOutBoard } from "../application/ports/sold-out-board.js";
import type { SoldOutRecords } from "../application/ports/sold-out-records.js";
import type { TaskNotices } from "../application/ports/task-notices.js";
import type { UnitOfWork } from "../application/ports/unit-of-work.js";
import type { AddProduct } from "../application/product/add-product.js";
import type { ChangeProduct } from "../application/product/change-product.js";
import type { BookSales, SalesStores } from "../application/sales/book-sales.js";
import type { CloseDay } from "../application/sales/close-day.js";
import type { ColdBoards } from "../application/sales/cold-boards.js";
import type { FillBoards } from "../application/sales/fill-boards.js";
import type { ListPopularProducts } from "../application/sales/list-popular-products.js";
import type { RecordSale } from "../application/sales/record-sale.js";
import type { FollowTask } from "../application/task/follow-task.js";
import type { DeliverWebhooks } from "../application/webhook/deliver-webhooks.js";
import type { TimeZone } from "../domain/business-day.js";
import type { Config } from "./config.js";
import type { Step } from "./lifecycle.js";

declare const held: unique symbol;

/** A symbol that carries the type of what it stands for, so that swapped or missing needs do not compile. */
export type Token<T> = symbol & { readonly [held]?: (value: T) => T };

const token = <T>(name: string): Token<T> => Symbol(name);

/** An event bus as the lifecycle and the metrics see it, beyond its port. */
export type RunningBus = EventBus & {
  start(): Promise<void>;
  stop(): Promise<void>;
  ping(): Promise<void>;
  lag(): Promise<readonly { readonly group: ConsumerGroup; readonly lag: number }[]>;
};

/** An engine of this profile, for readiness and the line at start. */
export type EngineCheck = { readonly name: string; readonly ping: () => Promise<void> };

export const Tokens = {
  config: token<Config>("config"),
  log: token<Logger>("log"),
  registry: token<Registry>("registry"),
  clock: token<Clock>("clock"),
  newId: token<NewId>("newId"),
  zone: token<TimeZone>("zone"),

  database: token<Database>("database"),
  work: token<UnitOfWork>("work"),
  coupons: token<CouponQueries>("coupons"),
  claims: token<ClaimQueries>("claims"),
  claimRows: token<SqlClaimRows>("claimRows"),
  rankingLog: token<RankingLogQueries>("rankingLog"),
  outboxRows: token<SqlOutboxRows>("outboxRows"),
  deadLetters: token<SqlDeadLetters>("deadLetters"),
  concerts: token<ConcertQueries>("concerts"),
  soldOutRecords: token<SoldOutRecords>("soldOutRecords"),
  sales: token<SalesQueries>("sales"),
  /** Names this process to the others. */
  holder: token<string>("holder"),
  products: token<ProductQueries>("products"),
  orders: token<OrderQueries>("orders"),
  payments: token<PaymentQueries>("payments"),
  parkedLetters: token<DeadLetterQueries>("parkedLetters"),
  provider: token<PaymentProvider>("provider"),
  patience: token<Patience>("patience"),
  jobLease: token<SqlJobLease>("jobLease"),
  secrets: token<SqlSecrets>("secrets"),
  /** Pokes the outbox relay; nothing before it runs. */
  pokeRelay: token<{ poke: () => void }>("pokeRelay"),

  redis: token<RedisClient | null>("redis"),
  queue: token<CouponQueue>("queue"),
  stock: token<CouponStock>("stock"),
  notices: token<TaskNotices>("notices"),
  orderNotices: token<OrderNotices>("orderNotices"),
  boardNotices: token<BoardNotices>("boardNotices"),
  soldOutBoard: token<SoldOutBoard>("soldOutBoard"),
  salesBoard: token<SalesBoard>("salesBoard"),
  storeSteps: token<readonly Step[]>("storeSteps"),
  bus: token<RunningBus>("bus"),

  rebuildQueue: token<RebuildQueue>("rebuildQueue"),
  joinQueue: token<JoinQueue>("joinQueue"),
  acceptClaim: token<AcceptClaim>("acceptClaim"),
  openCoupon: token<OpenCoupon>("openCoupon"),
  claimCoupon: token<ClaimCoupon>("claimCoupon"),
  auditCoupon: token<AuditCoupon>("auditCoupon"),
  reserveCoupon: token<ReserveCoupon>("reserveCoupon"),
  issueCoupon: token<IssueCoupon>("issueCoupon"),
  returnPlaces: token<ReturnPlaces>("returnPlaces"),
  logClaims: token<LogClaims>("logClaims"),
  sweepClaims: token<SweepClaims>("sweepClaims"),
  compareStores: token<CompareStores>("compareStores"),
  followTask: token<FollowTask>("followTask"),
  relayOutbox: token<RelayOutbox>("relayOutbox"),
  scheduleConcert: token<ScheduleConcert>("scheduleConcert"),
  holdSeat: token<HoldSeat>("holdSeat"),
  cancelReservation: token<CancelReservation>("cancelReservation"),
  expireHolds: token<ExpireHolds>("expireHolds"),
  ranking: token<Ranking>("ranking"),
  rankSoldOut: token<RankSoldOut>("rankSoldOut"),
  announceSoldOut: token<AnnounceSoldOut>("announceSoldOut"),
  /** `null` where nobody listens. */
  deliverWebhooks: token<DeliverWebhooks | null>("deliverWebhooks"),
  rebuildSoldOutBoard: token<RebuildSoldOutBoard>("rebuildSoldOutBoard"),
  listSoldOut: token<ListSoldOut>("listSoldOut"),
  watchBoards: token<WatchBoards>("watchBoards"),
  salesStores: token<SalesStores>("salesStores"),
  recordSale: token<RecordSale>("recordSale"),
  bookSales: token<BookSales>("bookSales"),
  coldBoards: token<ColdBoards>("coldBoards"),
  listPopularProducts: token<ListPopularProducts>("listPopularProducts"),
  fillBoards: token<FillBoards>("fillBoards"),
  closeDay: token<CloseDay>("closeDay"),
  addProduct: token<AddProduct>("addProduct"),
  changeProduct: token<ChangeProduct>("changeProduct"),
  placeOrder: token<PlaceOrder>("placeOrder"),
  reserveStock: token<ReserveStock>("reserveStock"),
  redeemCoupon: token<RedeemCoupon>("redeemCoupon"),
  priceOrder: token<PriceOrder>("priceOrder"),
  endOrders: token<EndOrders>("endOrders"),
  cancelRefusedOrders: token<CancelRefusedOrders>("cancelRefusedOrders"),
  cancelOrder: token<CancelOrder>("cancelOrder"),
  expireOrders: token<ExpireOrders>("expireOrders"),
  reviveOrders: token<ReviveOrders>("reviveOrders"),
  followOrder: token<FollowOrder>("followOrder"),
  payables: token<Payables>("payables"),
  startPayment: token<StartPayment>("startPayment"),
  closePayment: token<ClosePayment>("closePayment"),
  confirmPayment: token<ConfirmPayment>("confirmPayment"),
  settleOpenPayments: token<SettleOpenPayments>("settleOpenPayments"),
  replayDeadLetter: token<ReplayDeadLetter>("replayDeadLetter"),
  reactions: token<Reactions>("reactions"),
  application: token<Application>("application"),
};
