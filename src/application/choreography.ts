import { type EventOf, type EventType, eventTypes } from "../domain/event.js";

/** Consumer groups and what they do. Each group receives every event it reacts to, independently of the others. */
export const groupSummaries = {
  stock: "takes a coupon from the stock for each claim, gives back the places of failed claims",
  settlement: "settles claims",
  "ranking-log": "logs how each claim was settled",
  inventory: "reserves the stock of products",
  redemption: "redeems coupons",
  orders: "prices orders, cancels refused orders",
  ranking: "writes the sold-out boards",
  webhook: "adds a delivery for each webhook that subscribes to the event",
  sales: "books sales, raises the product boards",
};
export type ConsumerGroup = keyof typeof groupSummaries;
export const consumerGroups = Object.keys(groupSummaries) as readonly ConsumerGroup[];

/** Event type → consumer group → use case: every flow of the service. */
const table = {
  "coupon.requested": { stock: "takeCoupons" },
  "coupon.reserved": { settlement: "settleClaims" },
  "coupon.issued": { "ranking-log": "logClaims", webhook: "addWebhookDeliveries" },
  "coupon.failed": { stock: "returnPlaces", "ranking-log": "logClaims", webhook: "addWebhookDeliveries" },

  "order.placed": { inventory: "reserveStock" },
  // An order with a coupon is priced after the coupon is redeemed, any other order immediately.
  "stock.reserved": { redemption: "redeemCoupon", orders: "priceOrder" },
  "stock.refused": { orders: "cancelRefusedOrders" },
  "coupon.redeemed": { orders: "priceOrder" },
  "coupon.redemption-refused": { orders: "cancelRefusedOrders" },
  "order.priced": {},
  "order.confirmed": { webhook: "addWebhookDeliveries" },
  "order.cancelled": { webhook: "addWebhookDeliveries" },
  "payment.confirmed": { webhook: "addWebhookDeliveries" },
  // One group per listener: a slow or broken listener affects no other listener and no payment.
  "schedule.sold-out": { ranking: "rankSoldOut", webhook: "addWebhookDeliveries" },

  "product.sold": { sales: "bookSales" },
} as const satisfies Readonly<Record<EventType, Readonly<Partial<Record<ConsumerGroup, string>>>>>;

type UseCaseOf<T extends EventType> = (typeof table)[T][keyof (typeof table)[T]];
type EventTypeOf<UseCase> = { [T in EventType]: UseCase extends UseCaseOf<T> ? T : never }[EventType];

/** What a group does with a batch of events, in order. Must be safe to repeat and to run late. */
export type Reaction<T extends EventType = EventType> = {
  // A property, not a method: so a use case for other events does not compile.
  readonly execute: (events: readonly EventOf<T>[]) => Promise<void>;
};

/** The use cases that the table names. */
export type Reactions = {
  readonly [UseCase in { [T in EventType]: UseCaseOf<T> }[EventType]]: Reaction<EventTypeOf<UseCase>>;
};

/** The reactions to each event type by group: what a bus delivers to. */
export type Choreography = { readonly [T in EventType]: Readonly<Partial<Record<ConsumerGroup, Reaction<T>>>> };

/** The groups that react to an event type. */
export const groupsOf = (type: EventType): readonly ConsumerGroup[] =>
  consumerGroups.filter((group) => Object.hasOwn(table[type], group));

/** Returns the table with the use cases in place of their names. */
export const choreograph = (useCases: Reactions): Choreography => {
  const reactionsTo = (type: EventType) =>
    Object.entries(table[type]).map(([group, useCase]) => [group, useCases[useCase as keyof Reactions]]);
  return Object.fromEntries(
    eventTypes.map((type) => [type, Object.fromEntries(reactionsTo(type))]),
  ) as unknown as Choreography;
};
