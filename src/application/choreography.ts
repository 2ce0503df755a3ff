import type { EventOf, EventType } from "../domain/event.js";
import type { IssueCoupon } from "./coupon/issue-coupon.js";
import type { LogClaims } from "./coupon/log-claims.js";
import type { ReserveCoupon } from "./coupon/reserve-coupon.js";
import type { ReturnPlaces } from "./coupon/return-places.js";

/** Consumer groups: each gets every event it reacts to, and none waits for another. */
export const consumerGroups = ["stock", "settlement", "ranking-log"] as const;
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
};

/** Who reacts to what: every flow of the service, on one screen; each bus dispatches from it. */
export const choreograph = (app: Reactions): Choreography => ({
  "coupon.requested": { stock: app.reserveCoupon },
  "coupon.reserved": { settlement: app.issueCoupon },
  "coupon.issued": { "ranking-log": app.logClaims },
  "coupon.failed": { stock: app.returnPlaces, "ranking-log": app.logClaims },
});

const groups = choreograph({} as Reactions);

/** The groups that react to a type; known without any use case, for nodes that only publish. */
export const groupsOf = (type: EventType): readonly ConsumerGroup[] =>
  consumerGroups.filter((group) => Object.hasOwn(groups[type], group));
