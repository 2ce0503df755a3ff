import type { UserId } from "./ids.js";
import type { EpochMs } from "./time.js";

/** What an operator can do, as the admin log names it. */
export const adminActions = [
  "product.created",
  "product.changed",
  "products.imported",
  "coupon.created",
  "coupon.changed",
  "coupon.recalled",
  "user-coupon.revoked",
  "order.cancelled",
  "order.refunded",
  "concert.created",
  "concert.changed",
  "schedule.created",
  "schedule.changed",
  "schedule.cancelled",
  "reservation.cancelled",
  "webhook.created",
  "webhook.changed",
  "webhook.deleted",
  "webhook.secret-renewed",
  "delivery.replayed",
  "day.closed",
  "board.rebuilt",
  "dead-letter.replayed",
  "dead-letter.deleted",
] as const;
export type AdminAction = (typeof adminActions)[number];

/** Who sends an operator's request. */
export type Operator = {
  /** `null`: a caller without `X-User-Id` in open mode, or the command line. */
  readonly userId: UserId | null;
  /** The request's id, or the name of the command. */
  readonly requestId: string;
};

/** What an operator has changed. */
export type AdminLogEntry = Operator & {
  readonly action: AdminAction;
  /** The id of what was changed, at most 200 characters. */
  readonly thing: string;
  readonly at: EpochMs;
};
