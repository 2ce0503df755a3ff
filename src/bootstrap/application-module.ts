import { SqlRowRetention } from "../adapters/sql/sql-row-retention.js";
import { AdmitClaims } from "../application/coupon/admit-claims.js";
import { AuditCoupon } from "../application/coupon/audit-coupon.js";
import { ClaimCoupon } from "../application/coupon/claim-coupon.js";
import { CompareStores } from "../application/coupon/compare-stores.js";
import { IssueCoupon } from "../application/coupon/issue-coupon.js";
import { LogClaims } from "../application/coupon/log-claims.js";
import { OpenCoupon } from "../application/coupon/open-coupon.js";
import { RebuildQueue } from "../application/coupon/rebuild-queue.js";
import { ReserveCoupon } from "../application/coupon/reserve-coupon.js";
import { ReturnPlaces } from "../application/coupon/return-places.js";
import { StoreClaims } from "../application/coupon/store-claims.js";
import { SweepClaims } from "../application/coupon/sweep-claims.js";
import { RelayOutbox } from "../application/outbox/relay-outbox.js";
import { PurgeRows } from "../application/retention/purge-rows.js";
import { FollowTask } from "../application/task/follow-task.js";
import { Tokens as T } from "./tokens.js";
import { gather, make, wiring } from "./wiring.js";

/** Coupons and what all else shares; the same in every profile. */
export const applicationModule = wiring((wire) => {
  wire(T.rebuildQueue, [T.work, T.coupons, T.claims, T.queue, T.clock], make(RebuildQueue));
  wire(T.storeClaims, [T.claimRows, T.claims, T.queue, T.bus, T.clock], make(StoreClaims));
  wire(
    T.admitClaims,
    [T.queue, T.stock, T.claims, T.rebuildQueue, T.storeClaims, T.clock, T.newId],
    (queue, stock, claims, rebuild, store, clock, newId) =>
      new AdmitClaims({ queue, stock, claims, rebuild, store }, clock, newId),
  );
  wire(T.openCoupon, [T.work, T.rebuildQueue, T.clock], make(OpenCoupon));
  wire(T.claimCoupon, [T.coupons, T.claims, T.admitClaims, T.clock, T.timers], make(ClaimCoupon));
  wire(T.auditCoupon, [T.coupons, T.claims, T.queue, T.rebuildQueue], make(AuditCoupon));
  wire(T.reserveCoupon, [T.stock, T.bus, T.clock], make(ReserveCoupon));
  wire(T.issueCoupon, [T.work, T.notices, T.clock], make(IssueCoupon));
  wire(T.returnPlaces, [T.stock], make(ReturnPlaces));
  wire(T.logClaims, [T.work], make(LogClaims));
  wire(
    T.sweepClaims,
    [T.claims, T.stock, T.issueCoupon, T.clock, T.config],
    (claims, stock, issue, clock, config) =>
      new SweepClaims(claims, stock, issue, clock, config.CLAIM_SWEEP_SECONDS * 1000),
  );
  wire(
    T.compareStores,
    [T.coupons, T.claims, T.claimRows, T.queue, T.stock, T.rebuildQueue, T.clock],
    (coupons, claims, rows, queue, stock, rebuild, clock) =>
      new CompareStores({ coupons, claims, rows, queue, stock }, rebuild, clock),
  );
  wire(T.followTask, [T.claims, T.notices], make(FollowTask));
  wire(T.purgeRows, [T.database, T.clock], (db, clock) => new PurgeRows(new SqlRowRetention(db), clock));
  wire(T.relayOutbox, [T.outboxRows, T.bus], make(RelayOutbox));
  gather(wire, T.reactions, {
    reserveCoupon: T.reserveCoupon,
    issueCoupon: T.issueCoupon,
    returnPlaces: T.returnPlaces,
    logClaims: T.logClaims,
    reserveStock: T.reserveStock,
    redeemCoupon: T.redeemCoupon,
    priceOrder: T.priceOrder,
    cancelRefusedOrders: T.cancelRefusedOrders,
    rankSoldOut: T.rankSoldOut,
    announceSoldOut: T.announceSoldOut,
    bookSales: T.bookSales,
  });
  gather(wire, T.application, {
    claimCoupon: T.claimCoupon,
    openCoupon: T.openCoupon,
    auditCoupon: T.auditCoupon,
    followTask: T.followTask,
    coupons: T.coupons,
    claims: T.claims,
    rankingLog: T.rankingLog,
    addProduct: T.addProduct,
    changeProduct: T.changeProduct,
    products: T.products,
    placeOrder: T.placeOrder,
    cancelOrder: T.cancelOrder,
    followOrder: T.followOrder,
    orders: T.orders,
    confirmPayment: T.confirmPayment,
    payments: T.payments,
    scheduleConcert: T.scheduleConcert,
    holdSeat: T.holdSeat,
    cancelReservation: T.cancelReservation,
    concerts: T.concerts,
    listSoldOut: T.listSoldOut,
    soldOutRecords: T.soldOutRecords,
    rebuildSoldOutBoard: T.rebuildSoldOutBoard,
    watchBoards: T.watchBoards,
    ranking: T.ranking,
    recordSale: T.recordSale,
    listPopularProducts: T.listPopularProducts,
    compareBoards: T.compareBoards,
    closeDay: T.closeDay,
    sales: T.sales,
    replayDeadLetter: T.replayDeadLetter,
    deadLetters: T.parkedLetters,
    clock: T.clock,
    newId: T.newId,
  });
});
