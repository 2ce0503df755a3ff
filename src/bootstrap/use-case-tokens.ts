import type { Application } from "../adapters/http/api/api-tables.js";
import type { WatchBoards } from "../application/board/watch-boards.js";
import type { Reactions } from "../application/choreography.js";
import type { AnnounceSoldOut } from "../application/concert/announce-sold-out.js";
import type { CancelReservation } from "../application/concert/cancel-reservation.js";
import type { ExpireHolds } from "../application/concert/expire-holds.js";
import type { HoldSeat } from "../application/concert/hold-seat.js";
import type { ListSoldOut } from "../application/concert/list-sold-out.js";
import type { RankSoldOut } from "../application/concert/rank-sold-out.js";
import type { Ranking, RebuildSoldOutBoard } from "../application/concert/rebuild-sold-out-board.js";
import type { ScheduleConcert } from "../application/concert/schedule-concert.js";
import type { AdmitClaims } from "../application/coupon/admit-claims.js";
import type { AuditCoupon } from "../application/coupon/audit-coupon.js";
import type { ClaimCoupon } from "../application/coupon/claim-coupon.js";
import type { CompareStores } from "../application/coupon/compare-stores.js";
import type { IssueCoupon } from "../application/coupon/issue-coupon.js";
import type { LogClaims } from "../application/coupon/log-claims.js";
import type { OpenCoupon } from "../application/coupon/open-coupon.js";
import type { RebuildQueue } from "../application/coupon/rebuild-queue.js";
import type { ReserveCoupon } from "../application/coupon/reserve-coupon.js";
import type { ReturnPlaces } from "../application/coupon/return-places.js";
import type { StoreClaims } from "../application/coupon/store-claims.js";
import type { SweepClaims } from "../application/coupon/sweep-claims.js";
import type { ReplayDeadLetter } from "../application/dead-letter/replay-dead-letter.js";
import type { CancelOrder } from "../application/order/cancel-order.js";
import type { CancelOrders } from "../application/order/cancel-orders.js";
import type { CancelRefusedOrders } from "../application/order/cancel-refused-orders.js";
import type { ExpireOrders } from "../application/order/expire-orders.js";
import type { FollowOrder } from "../application/order/follow-order.js";
import type { PlaceOrder } from "../application/order/place-order.js";
import type { PriceOrder } from "../application/order/price-order.js";
import type { RecoverStalledOrders } from "../application/order/recover-stalled-orders.js";
import type { RedeemCoupon } from "../application/order/redeem-coupon.js";
import type { ReserveStock } from "../application/order/reserve-stock.js";
import type { RelayOutbox } from "../application/outbox/relay-outbox.js";
import type { ClosePayment } from "../application/payment/close-payment.js";
import type { ConfirmPayment } from "../application/payment/confirm-payment.js";
import type { Payables } from "../application/payment/payables.js";
import type { SettleOpenPayments } from "../application/payment/settle-open-payments.js";
import type { StartPayment } from "../application/payment/start-payment.js";
import type { AddProduct } from "../application/product/add-product.js";
import type { ChangeProduct } from "../application/product/change-product.js";
import type { PurgeRows } from "../application/retention/purge-rows.js";
import type { BookSales, SalesPorts } from "../application/sales/book-sales.js";
import type { CloseDay } from "../application/sales/close-day.js";
import type { ColdBoards } from "../application/sales/cold-boards.js";
import type { CompareBoards } from "../application/sales/compare-boards.js";
import type { FillBoards } from "../application/sales/fill-boards.js";
import type { ListPopularProducts } from "../application/sales/list-popular-products.js";
import type { RecordSale } from "../application/sales/record-sale.js";
import type { FollowTask } from "../application/task/follow-task.js";
import type { DeliverWebhooks } from "../application/webhook/deliver-webhooks.js";
import { token } from "./token.js";

export type PaymentsClosedLate = { count: (outcome: string) => void; readonly failed: (error: Error) => void };

export const useCaseTokens = {
  rebuildQueue: token<RebuildQueue>("rebuildQueue"),
  storeClaims: token<StoreClaims>("storeClaims"),
  admitClaims: token<AdmitClaims>("admitClaims"),
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
  salesPorts: token<SalesPorts>("salesPorts"),
  recordSale: token<RecordSale>("recordSale"),
  bookSales: token<BookSales>("bookSales"),
  coldBoards: token<ColdBoards>("coldBoards"),
  listPopularProducts: token<ListPopularProducts>("listPopularProducts"),
  fillBoards: token<FillBoards>("fillBoards"),
  compareBoards: token<CompareBoards>("compareBoards"),
  closeDay: token<CloseDay>("closeDay"),
  addProduct: token<AddProduct>("addProduct"),
  changeProduct: token<ChangeProduct>("changeProduct"),
  placeOrder: token<PlaceOrder>("placeOrder"),
  reserveStock: token<ReserveStock>("reserveStock"),
  redeemCoupon: token<RedeemCoupon>("redeemCoupon"),
  priceOrder: token<PriceOrder>("priceOrder"),
  cancelOrders: token<CancelOrders>("cancelOrders"),
  cancelRefusedOrders: token<CancelRefusedOrders>("cancelRefusedOrders"),
  cancelOrder: token<CancelOrder>("cancelOrder"),
  expireOrders: token<ExpireOrders>("expireOrders"),
  recoverStalledOrders: token<RecoverStalledOrders>("recoverStalledOrders"),
  followOrder: token<FollowOrder>("followOrder"),
  payables: token<Payables>("payables"),
  startPayment: token<StartPayment>("startPayment"),
  closePayment: token<ClosePayment>("closePayment"),
  confirmPayment: token<ConfirmPayment>("confirmPayment"),
  /** Where ends of payments are told that no request's answer shows. */
  paymentsClosedLate: token<PaymentsClosedLate>("paymentsClosedLate"),
  settleOpenPayments: token<SettleOpenPayments>("settleOpenPayments"),
  purgeRows: token<PurgeRows>("purgeRows"),
  replayDeadLetter: token<ReplayDeadLetter>("replayDeadLetter"),
  reactions: token<Reactions>("reactions"),
  application: token<Application>("application"),
};
