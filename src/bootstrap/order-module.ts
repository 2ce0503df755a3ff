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
import { ClosePayment } from "../application/payment/close-payment.js";
import type { ClosedLate } from "../application/payment/closed-late.js";
import { ConfirmPayment } from "../application/payment/confirm-payment.js";
import { Payables } from "../application/payment/payables.js";
import { SettleOpenPayments } from "../application/payment/settle-open-payments.js";
import { StartPayment } from "../application/payment/start-payment.js";
import { AddProduct } from "../application/product/add-product.js";
import { ChangeProduct } from "../application/product/change-product.js";
import { Tokens as T } from "./tokens.js";
import type { PaymentsClosedLate } from "./use-case-tokens.js";
import { make, wiring } from "./wiring.js";

const closedLate =
  (late: PaymentsClosedLate): ClosedLate =>
  (outcome) =>
    outcome instanceof Error ? late.failed(outcome) : late.count(outcome);

/** Products, orders and payments; the same in every profile. */
export const orderModule = wiring((wire) => {
  wire(T.addProduct, [T.work, T.clock], make(AddProduct));
  wire(T.changeProduct, [T.work, T.boardNotices], make(ChangeProduct));

  wire(
    T.placeOrder,
    [T.work, T.clock, T.config],
    (work, clock, config) => new PlaceOrder(work, clock, config.ORDER_TTL_SECONDS * 1000),
  );
  wire(T.reserveStock, [T.work, T.orderNotices, T.clock], make(ReserveStock));
  wire(T.redeemCoupon, [T.work, T.orderNotices, T.clock], make(RedeemCoupon));
  wire(T.priceOrder, [T.work, T.orderNotices, T.clock], make(PriceOrder));
  wire(T.cancelOrders, [T.work, T.orderNotices, T.clock], make(CancelOrders));
  wire(T.cancelRefusedOrders, [T.cancelOrders], make(CancelRefusedOrders));
  wire(T.cancelOrder, [T.work, T.orderNotices, T.clock], make(CancelOrder));
  wire(T.expireOrders, [T.orders, T.cancelOrders, T.clock], make(ExpireOrders));
  wire(
    T.recoverStalledOrders,
    [T.orders, T.reserveStock, T.redeemCoupon, T.priceOrder, T.cancelOrders, T.clock],
    (orders, reserve, redeem, price, cancel, clock) =>
      new RecoverStalledOrders(orders, { reserve, redeem, price, cancel }, clock),
  );
  wire(T.followOrder, [T.orders, T.orderNotices], make(FollowOrder));

  wire(T.payables, [T.orderNotices, T.clock, T.zone], make(Payables));
  wire(T.startPayment, [T.work, T.payables, T.clock, T.newId], make(StartPayment));
  wire(T.closePayment, [T.work, T.payments, T.payables, T.clock], make(ClosePayment));
  wire(T.paymentsClosedLate, [T.log], (log) => ({
    count: () => {},
    failed: (error) => log.error({ err: error }, "a payment could not be closed"),
  }));
  wire(
    T.confirmPayment,
    [T.startPayment, T.provider, T.closePayment, T.patience, T.paymentsClosedLate],
    (start, provider, close, patience, late) => new ConfirmPayment(start, provider, close, patience, closedLate(late)),
  );
  wire(
    T.settleOpenPayments,
    [T.payments, T.work, T.closePayment, T.provider, T.patience, T.clock, T.paymentsClosedLate],
    (payments, work, close, provider, patience, clock, late) =>
      new SettleOpenPayments(payments, work, close, { provider, patience, closedLate: closedLate(late) }, clock),
  );
  wire(T.replayDeadLetter, [T.work, T.clock], make(ReplayDeadLetter));
});
