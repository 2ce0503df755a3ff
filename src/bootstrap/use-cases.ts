import { RebuildBoard } from "../application/board/rebuild-board.js";
import { WatchBoards } from "../application/board/watch-boards.js";
import { CancelReservation } from "../application/concert/cancel-reservation.js";
import { ExpireHolds } from "../application/concert/expire-holds.js";
import { HoldSeat } from "../application/concert/hold-seat.js";
import { ListSoldOut } from "../application/concert/list-sold-out.js";
import { RankSoldOut } from "../application/concert/rank-sold-out.js";
import { RebuildSoldOutBoard } from "../application/concert/rebuild-sold-out-board.js";
import { ScheduleConcert } from "../application/concert/schedule-concert.js";
import { AdmitClaims } from "../application/coupon/admit-claims.js";
import { AuditCoupon } from "../application/coupon/audit-coupon.js";
import { ClaimCoupon } from "../application/coupon/claim-coupon.js";
import { CompareRankingLog } from "../application/coupon/compare-ranking-log.js";
import { CompareStores } from "../application/coupon/compare-stores.js";
import { CreateCoupon } from "../application/coupon/create-coupon.js";
import { InsertClaims } from "../application/coupon/insert-claims.js";
import { LogClaims } from "../application/coupon/log-claims.js";
import { RebuildQueue } from "../application/coupon/rebuild-queue.js";
import { ReturnPlaces } from "../application/coupon/return-places.js";
import { SettleClaims } from "../application/coupon/settle-claims.js";
import { SweepClaims } from "../application/coupon/sweep-claims.js";
import { TakeCoupons } from "../application/coupon/take-coupons.js";
import { DeleteDeadLetter } from "../application/dead-letter/delete-dead-letter.js";
import { ReplayDeadLetter } from "../application/dead-letter/replay-dead-letter.js";
import { CancelOrder } from "../application/order/cancel-order.js";
import { CancelOrders } from "../application/order/cancel-orders.js";
import { CancelRefusedOrders } from "../application/order/cancel-refused-orders.js";
import { ExpireOrders } from "../application/order/expire-orders.js";
import { FollowOrder } from "../application/order/follow-order.js";
import { PlaceOrder } from "../application/order/place-order.js";
import { PriceOrder } from "../application/order/price-order.js";
import { RecoverStalledOrders } from "../application/order/recover-stalled-orders.js";
import { RedeemCoupon } from "../application/order/redeem-coupon.js";
import { ReserveStock } from "../application/order/reserve-stock.js";
import { RelayOutbox } from "../application/outbox/relay-outbox.js";
import { ClosePayment } from "../application/payment/close-payment.js";
import { ConfirmPayment } from "../application/payment/confirm-payment.js";
import { Payables } from "../application/payment/payables.js";
import { SettleOpenPayments } from "../application/payment/settle-open-payments.js";
import { StartPayment } from "../application/payment/start-payment.js";
import { AddProduct } from "../application/product/add-product.js";
import { ChangeProduct } from "../application/product/change-product.js";
import { PurgeRows } from "../application/retention/purge-rows.js";
import { BookSales } from "../application/sales/book-sales.js";
import { CloseDay } from "../application/sales/close-day.js";
import { ColdBoards } from "../application/sales/cold-boards.js";
import { CompareBoards } from "../application/sales/compare-boards.js";
import { FillBoards } from "../application/sales/fill-boards.js";
import { ListPopularProducts } from "../application/sales/list-popular-products.js";
import { RecordSale } from "../application/sales/record-sale.js";
import { FollowTask } from "../application/task/follow-task.js";
import { AddWebhookDeliveries } from "../application/webhook/add-webhook-deliveries.js";
import { ChangeWebhook } from "../application/webhook/change-webhook.js";
import { CreateWebhook } from "../application/webhook/create-webhook.js";
import { DeleteWebhook } from "../application/webhook/delete-webhook.js";
import { DeliverToWebhook } from "../application/webhook/deliver-to-webhook.js";
import { DeliverWebhooks } from "../application/webhook/deliver-webhooks.js";
import { ReplayDelivery } from "../application/webhook/replay-delivery.js";
import { type UseCase, useCase } from "./use-case.js";

const salesPorts = { work: "work", sales: "sales", board: "salesBoard" } as const;

/** Every use case, each named once: its class, then what its constructor takes, in order. */
export const useCases = {
  createCoupon: useCase(CreateCoupon, "work", RebuildQueue, "clock"),
  claimCoupon: useCase(ClaimCoupon, "coupons", "claims", AdmitClaims, "clock", "timers"),
  admitClaims: useCase(
    AdmitClaims,
    { queue: "queue", stock: "stock", claims: "claims", rebuild: RebuildQueue, insert: InsertClaims },
    "clock",
    "newId",
  ),
  insertClaims: useCase(InsertClaims, "claimRows", "claims", "queue", "bus", "clock"),
  takeCoupons: useCase(TakeCoupons, "stock", "bus", "clock"),
  settleClaims: useCase(SettleClaims, "work", "taskNotices", "clock"),
  returnPlaces: useCase(ReturnPlaces, "stock"),
  logClaims: useCase(LogClaims, "work"),
  compareRankingLog: useCase(CompareRankingLog, "rankingLog", "work", "clock", "claimSweepMs"),
  followTask: useCase(FollowTask, "claims", "taskNotices"),
  auditCoupon: useCase(AuditCoupon, "coupons", "claims", "queue", RebuildQueue),
  rebuildQueue: useCase(RebuildQueue, "work", "coupons", "claims", "queue", "sharedClock"),
  sweepClaims: useCase(SweepClaims, "claims", "stock", SettleClaims, "sharedClock", "claimSweepMs"),
  compareStores: useCase(
    CompareStores,
    { coupons: "coupons", claims: "claims", rows: "claimRows", queue: "queue", stock: "stock" },
    RebuildQueue,
    "clock",
  ),

  addProduct: useCase(AddProduct, "work", "clock"),
  changeProduct: useCase(ChangeProduct, "work", "boardNotices", "clock"),
  placeOrder: useCase(PlaceOrder, "work", "clock", "orderTtlMs"),
  reserveStock: useCase(ReserveStock, "work", "orderNotices", "clock"),
  redeemCoupon: useCase(RedeemCoupon, "work", "orderNotices", "clock"),
  priceOrder: useCase(PriceOrder, "work", "orderNotices", "clock"),
  cancelOrder: useCase(CancelOrder, "work", "orderNotices", "clock"),
  cancelRefusedOrders: useCase(CancelRefusedOrders, CancelOrders),
  cancelOrders: useCase(CancelOrders, "work", "orderNotices", "clock"),
  expireOrders: useCase(ExpireOrders, "orders", CancelOrders, "clock"),
  recoverStalledOrders: useCase(
    RecoverStalledOrders,
    "orders",
    { reserve: ReserveStock, redeem: RedeemCoupon, price: PriceOrder, cancel: CancelOrders },
    "clock",
  ),
  followOrder: useCase(FollowOrder, "orders", "orderNotices"),

  confirmPayment: useCase(ConfirmPayment, StartPayment, "providers", ClosePayment, "timeout", "reportLateClose"),
  startPayment: useCase(StartPayment, "work", Payables, "clock", "newId", {
    digest: "digest",
    providers: "providers",
    sharedClock: "sharedClock",
  }),
  closePayment: useCase(ClosePayment, "work", Payables, "clock", "reportLateClose"),
  payables: useCase(Payables, "orderNotices", "clock", "zone"),
  settleOpenPayments: useCase(
    SettleOpenPayments,
    "payments",
    "work",
    ClosePayment,
    { providers: "providers", timeout: "timeout", report: "reportLateClose" },
    "sharedClock",
  ),

  scheduleConcert: useCase(ScheduleConcert, "work", "clock"),
  holdSeat: useCase(HoldSeat, "concerts", "work", "clock", "newId", "holdTtlMs"),
  cancelReservation: useCase(CancelReservation, "work", "clock"),
  expireHolds: useCase(ExpireHolds, "concerts", "work", "clock"),
  rankSoldOut: useCase(RankSoldOut, "soldOutBoard", RebuildSoldOutBoard, "boardNotices", "clock", "soldOutRules"),
  rebuildSoldOutBoard: useCase(RebuildSoldOutBoard, "soldOutBoard", "soldOutRecords", "clock", "soldOutRules"),
  listSoldOut: useCase(ListSoldOut, "soldOutBoard", "soldOutRecords", "soldOutRules"),

  createWebhook: useCase(CreateWebhook, "work", "signingSecrets", "clock", "newId"),
  changeWebhook: useCase(ChangeWebhook, "work", "signingSecrets", "clock"),
  deleteWebhook: useCase(DeleteWebhook, "work", "clock"),
  replayDelivery: useCase(ReplayDelivery, "work", "sharedClock"),
  addWebhookDeliveries: useCase(AddWebhookDeliveries, "work", "webhooks", "sharedClock", "settingsWebhook"),
  deliverToWebhook: useCase(
    DeliverToWebhook,
    { deliveries: "webhookDeliveries", targets: "webhookTargets", report: "reportFailedSend" },
    "settingsWebhook",
    "webhookBackoff",
    "sharedClock",
  ),
  deliverWebhooks: useCase(
    DeliverWebhooks,
    "webhookDeliveries",
    DeliverToWebhook,
    "settingsWebhook",
    "reportFailedSend",
  ),

  recordSale: useCase(RecordSale, "work", "clock", "zone"),
  bookSales: useCase(BookSales, salesPorts, "boardNotices", "clock", "zone"),
  closeDay: useCase(CloseDay, salesPorts, BookSales, "clock", "zone"),
  fillBoards: useCase(FillBoards, salesPorts, "clock", "zone"),
  compareBoards: useCase(CompareBoards, salesPorts, FillBoards, "clock", "zone"),
  coldBoards: useCase(ColdBoards, "sales", "clock"),
  listPopularProducts: useCase(ListPopularProducts, "salesBoard", ColdBoards, "products", "clock", "zone"),
  rebuildBoard: useCase(RebuildBoard, "work", CompareBoards, RebuildSoldOutBoard, "clock", "zone"),
  watchBoards: useCase(WatchBoards, "boardNotices", "clock", "zone"),

  relayOutbox: useCase(RelayOutbox, "outboxRows", "bus"),
  deleteDeadLetter: useCase(DeleteDeadLetter, "work", "clock"),
  replayDeadLetter: useCase(ReplayDeadLetter, "work", "clock"),
  purgeRows: useCase(PurgeRows, "rowRetention", "clock"),
};

type Rows = typeof useCases;

/** Every use case by its name. */
export type UseCases = { readonly [Name in keyof Rows]: Rows[Name] extends UseCase<infer T> ? T : never };

/** The table, or a copy of it with other rows. */
export type UseCaseTable = { readonly [Name in keyof Rows]: UseCase<UseCases[Name]> };
