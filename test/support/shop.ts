import { memoryBoardNotices } from "../../src/adapters/memory/memory-notices.js";
import type { Choreography, Reactions } from "../../src/application/choreography.js";
import { choreograph } from "../../src/application/choreography.js";
import { CancelOrder } from "../../src/application/order/cancel-order.js";
import { CancelOrders } from "../../src/application/order/cancel-orders.js";
import { CancelRefusedOrders } from "../../src/application/order/cancel-refused-orders.js";
import { ExpireOrders } from "../../src/application/order/expire-orders.js";
import { PlaceOrder } from "../../src/application/order/place-order.js";
import { PriceOrder } from "../../src/application/order/price-order.js";
import { RecoverStalledOrders } from "../../src/application/order/recover-stalled-orders.js";
import { RedeemCoupon } from "../../src/application/order/redeem-coupon.js";
import { ReserveStock } from "../../src/application/order/reserve-stock.js";
import { RelayOutbox } from "../../src/application/outbox/relay-outbox.js";
import { ClosePayment } from "../../src/application/payment/close-payment.js";
import type { ClosedLate } from "../../src/application/payment/closed-late.js";
import { ConfirmPayment } from "../../src/application/payment/confirm-payment.js";
import { Payables } from "../../src/application/payment/payables.js";
import { SettleOpenPayments } from "../../src/application/payment/settle-open-payments.js";
import { StartPayment } from "../../src/application/payment/start-payment.js";
import type { Clock } from "../../src/application/ports/clock.js";
import type { EventBus } from "../../src/application/ports/event-bus.js";
import type { NewId } from "../../src/application/ports/new-id.js";
import type { OrderNotices } from "../../src/application/ports/notices.js";
import type { OrderQueries } from "../../src/application/ports/order-queries.js";
import type { OutboxRows } from "../../src/application/ports/outbox-rows.js";
import type { Patience } from "../../src/application/ports/patience.js";
import type { PaymentProvider } from "../../src/application/ports/payment-provider.js";
import type { PaymentQueries } from "../../src/application/ports/payment-queries.js";
import type { UnitOfWork } from "../../src/application/ports/unit-of-work.js";
import { ChangeProduct } from "../../src/application/product/change-product.js";
import type { TimeZone } from "../../src/domain/business-day.js";

/** Who asks for a transaction. */
export type Worker =
  | "change"
  | "place"
  | "reserve"
  | "redeem"
  | "price"
  | "end"
  | "cancel"
  | "start"
  | "close"
  | "settle";

/** Everything of a shop that is not its use cases. */
export type ShopParts = {
  readonly work: (worker: Worker) => UnitOfWork;
  readonly orders: OrderQueries;
  readonly payments: PaymentQueries;
  readonly notices: OrderNotices;
  readonly provider: PaymentProvider;
  readonly patience: Patience;
  readonly closedLate?: ClosedLate;
  readonly outbox: OutboxRows;
  readonly bus: EventBus;
  readonly clock: Clock;
  readonly newId: NewId;
  /** How long an order may be unpaid, in ms. */
  readonly ttlMs: number;
};

type Start = (...parts: ConstructorParameters<typeof StartPayment>) => StartPayment;
type Place = (...parts: ConstructorParameters<typeof PlaceOrder>) => Pick<PlaceOrder, "execute">;
/** Use cases that are swapped for ones without their guard. */
export type AlteredUseCases = { readonly start?: Start; readonly place?: Place };

/** What the outside calls of orders and payments: people, clocks and the bus. */
export type Shop = {
  readonly changeProduct: ChangeProduct;
  readonly placeOrder: Pick<PlaceOrder, "execute">;
  readonly cancelOrder: CancelOrder;
  readonly confirmPayment: ConfirmPayment;
  readonly expireOrders: ExpireOrders;
  readonly recoverStalledOrders: RecoverStalledOrders;
  readonly settleOpenPayments: SettleOpenPayments;
  readonly relayOutbox: RelayOutbox;
  readonly closePayment: ClosePayment;
  readonly choreography: Choreography;
};

const zone = "Asia/Seoul" as TimeZone;

/** The use cases of orders and payments, as they are wired. */
export const openShop = (
  parts: ShopParts,
  {
    place: makePlace = (...needs) => new PlaceOrder(...needs),
    start: makeStart = (...needs) => new StartPayment(...needs),
  }: AlteredUseCases = {},
): Shop => {
  const { work, orders, payments, notices, clock, provider, patience, closedLate = () => {} } = parts;
  const place = makePlace(work("place"), clock, parts.ttlMs);
  const reserve = new ReserveStock(work("reserve"), notices, clock);
  const redeem = new RedeemCoupon(work("redeem"), notices, clock);
  const price = new PriceOrder(work("price"), notices, clock);
  const cancel = new CancelOrders(work("end"), notices, clock);
  const payables = new Payables(notices, clock, zone);
  const start = makeStart(work("start"), payables, clock, parts.newId);
  const close = new ClosePayment(work("close"), payments, payables, clock);
  const confirm = new ConfirmPayment(start, provider, close, patience, closedLate);
  return {
    changeProduct: new ChangeProduct(work("change"), memoryBoardNotices()),
    placeOrder: place,
    cancelOrder: new CancelOrder(work("cancel"), notices, clock),
    confirmPayment: confirm,
    expireOrders: new ExpireOrders(orders, cancel, clock),
    recoverStalledOrders: new RecoverStalledOrders(orders, { reserve, redeem, price, cancel }, clock),
    settleOpenPayments: new SettleOpenPayments(
      payments,
      work("settle"),
      close,
      { provider, patience, closedLate },
      clock,
    ),
    relayOutbox: new RelayOutbox(parts.outbox, parts.bus),
    closePayment: close,
    // Nobody tells of claims, schedules or sales here, so nobody need react to them.
    choreography: choreograph({
      reserveStock: reserve,
      redeemCoupon: redeem,
      priceOrder: price,
      cancelRefusedOrders: new CancelRefusedOrders(cancel),
    } as Partial<Reactions> as Reactions),
  };
};
