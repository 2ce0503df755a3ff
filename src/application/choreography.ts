import type { EventOf, EventType } from "../domain/event.js";
import type { AnnounceSoldOut } from "./concert/announce-sold-out.js";
import type { RankSoldOut } from "./concert/rank-sold-out.js";
import type { IssueCoupon } from "./coupon/issue-coupon.js";
import type { LogClaims } from "./coupon/log-claims.js";
import type { ReserveCoupon } from "./coupon/reserve-coupon.js";
import type { ReturnPlaces } from "./coupon/return-places.js";
import type { CancelRefusedOrders } from "./order/cancel-refused-orders.js";
import type { PriceOrder } from "./order/price-order.js";
import type { RedeemCoupon } from "./order/redeem-coupon.js";
import type { ReserveStock } from "./order/reserve-stock.js";
import type { BookSales } from "./sales/book-sales.js";

/** Consumer groups: each gets every event it reacts to, and none waits for another. */
export const consumerGroups = [
  "stock",
  "settlement",
  "ranking-log",
  "inventory",
  "redemption",
  "orders",
  "ranking",
  "webhook",
  "sales",
] as const;
export type ConsumerGroup = (typeof consumerGroups)[number];

/** What a group does with a slice of events of one type, in order; safe to repeat, and to come late. */
export type Reaction<T extends EventType = EventType> = {
  execute(events: readonly EventOf<T>[]): Promise<void>;
};

/** Every event type with the groups that react to it; a missing row, or a reaction to another event, does not compile. */
export type Choreography = { readonly [T in EventType]: Readonly<Partial<Record<ConsumerGroup, Reaction<T>>>> };

/** The use cases that react to events. */
export type Reactions = {
  readonly reserveCoupon: ReserveCoupon;
  readonly issueCoupon: IssueCoupon;
  readonly returnPlaces: ReturnPlaces;
  readonly logClaims: LogClaims;
  readonly reserveStock: ReserveStock;
  readonly redeemCoupon: RedeemCoupon;
  readonly priceOrder: PriceOrder;
  readonly cancelRefusedOrders: CancelRefusedOrders;
  readonly rankSoldOut: RankSoldOut;
  readonly announceSoldOut: AnnounceSoldOut;
  readonly bookSales: BookSales;
};

/** Who reacts to what: every flow of the service, on one screen; each bus dispatches from it. */
export const choreograph = (app: Reactions): Choreography => ({
  "coupon.requested": { stock: app.reserveCoupon },
  "coupon.reserved": { settlement: app.issueCoupon },
  "coupon.issued": { "ranking-log": app.logClaims },
  "coupon.failed": { stock: app.returnPlaces, "ranking-log": app.logClaims },

  "order.placed": { inventory: app.reserveStock },
  // An order with a coupon is priced once that is redeemed, any other at once.
  "stock.reserved": { redemption: app.redeemCoupon, orders: app.priceOrder },
  "stock.refused": { orders: app.cancelRefusedOrders },
  "coupon.redeemed": { orders: app.priceOrder },
  "coupon.redemption-refused": { orders: app.cancelRefusedOrders },
  "order.priced": {},
  "order.confirmed": {},
  "order.cancelled": {},
  "payment.confirmed": {},
  // Each listener in a group of its own: a slow or broken one harms no other, and no payment.
  "schedule.sold-out": { ranking: app.rankSoldOut, webhook: app.announceSoldOut },

  "product.sold": { sales: app.bookSales },
});

const groups = choreograph({} as Reactions);

/** The groups that react to a type; known without any use case, for nodes that only publish. */
export const groupsOf = (type: EventType): readonly ConsumerGroup[] =>
  consumerGroups.filter((group) => Object.hasOwn(groups[type], group));
