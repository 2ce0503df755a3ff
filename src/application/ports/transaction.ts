import type { Coupon, SettledClaim, Unsettled } from "../../domain/coupon.js";
import type { DomainEvent } from "../../domain/event.js";
import type { CouponId, TaskId, UserId } from "../../domain/ids.js";
import type { EpochMs } from "../../domain/time.js";
import type { AdminLog } from "./admin-log.js";
import type { ConcertTable } from "./concert-table.js";
import type { OrderTable } from "./order-table.js";
import type { PaymentTable } from "./payment-table.js";
import type { ProductTable } from "./product-table.js";
import type { RankingLogEntry } from "./ranking-log-queries.js";
import type { ReservationTable } from "./reservation-table.js";
import type { SaleTable } from "./sale-table.js";
import type { UserCouponTable } from "./user-coupon-table.js";
import type { WebhookDeliveryTable } from "./webhook-delivery-table.js";
import type { WebhookTable } from "./webhook-table.js";

/** Coupons inside a transaction. */
export interface CouponTable {
  /** Inserts the coupon and its first epoch. Returns `false` if the id is taken. */
  add(coupon: Coupon, at: EpochMs): Promise<boolean>;
  find(couponId: CouponId): Promise<Coupon | undefined>;
  /** Locks the coupons' rows in id order. Returns each coupon with the number of issued ones. */
  lock(couponIds: readonly CouponId[]): Promise<readonly { readonly coupon: Coupon; readonly issued: number }[]>;
  /** Adds `count` to the number of issued coupons. Returns `false`, and changes nothing, if that exceeds the quantity. */
  countIssued(couponId: CouponId, count: number): Promise<boolean>;
}

/** Claims inside a transaction. A claim's status changes only while its coupon's row is locked. */
export interface ClaimTable {
  /** Reads the claims that are still pending, and how often the settlement of each has failed. */
  pending(taskIds: readonly TaskId[]): Promise<readonly Unsettled[]>;
  /** Returns the shoppers who already have the coupon. */
  holders(couponId: CouponId, userIds: readonly UserId[]): Promise<ReadonlySet<UserId>>;
  /** Counts the pending claims before each of these positions, without the claims of `without`. */
  pendingBefore(
    couponId: CouponId,
    positions: readonly number[],
    without: readonly TaskId[],
  ): Promise<ReadonlyMap<number, number>>;
  /** Writes the results of pending claims, and a user coupon for each issued one. */
  settle(claims: readonly SettledClaim[], at: EpochMs): Promise<void>;
  /** Adds 1 to the failed settlements of these pending claims. */
  countFailure(taskIds: readonly TaskId[]): Promise<void>;
}

/** Epochs: one row per coupon, without a foreign key, so that a locked coupon never blocks the insert of a claim. */
export interface EpochTable {
  /** Reads the epoch, and whether a rebuild is running at `now`. */
  read(couponId: CouponId, now: EpochMs): Promise<{ readonly epoch: number; readonly rebuilding: boolean } | undefined>;
  /** Raises the epoch and marks a rebuild until `until`. Returns `false`, and changes nothing, if it is not `from`. */
  raise(couponId: CouponId, from: number, to: number, until: EpochMs): Promise<boolean>;
  /** Changes the end of the rebuild that raised the epoch to `epoch`. A time in the past means that it has finished. */
  markRebuild(couponId: CouponId, epoch: number, until: EpochMs): Promise<void>;
}

/** Events that are sent if the transaction commits. */
export interface Outbox {
  add(events: readonly DomainEvent[]): Promise<void>;
}

/** The ranking log inside a transaction. */
export interface RankingLog {
  /** Inserts entries. It skips tasks that already have one. */
  add(entries: readonly RankingLogEntry[]): Promise<void>;
}

/** Dead letters inside a transaction. */
export interface DeadLetterTable {
  /** Locks a dead letter. Returns the text of its event, and whether it was replayed. */
  lock(deadLetterId: string): Promise<{ readonly event: string; readonly replayed: boolean } | undefined>;
  markReplayed(deadLetterId: string, at: EpochMs): Promise<void>;
  /** Deletes a locked dead letter. */
  delete(deadLetterId: string): Promise<void>;
}

/** Job leases inside a transaction: a holder that has lost its lease must not write. */
export interface LeaseTable {
  /** Returns whether this process holds the lease at `now`. The lease cannot change before the transaction ends. */
  holds(job: string, now: EpochMs): Promise<boolean>;
}

/** The tables that a unit of work can use. */
export interface Transaction {
  readonly coupons: CouponTable;
  readonly claims: ClaimTable;
  readonly epochs: EpochTable;
  readonly outbox: Outbox;
  readonly rankingLog: RankingLog;
  readonly products: ProductTable;
  readonly userCoupons: UserCouponTable;
  readonly orders: OrderTable;
  readonly payments: PaymentTable;
  readonly sales: SaleTable;
  readonly deadLetters: DeadLetterTable;
  readonly concerts: ConcertTable;
  readonly reservations: ReservationTable;
  readonly leases: LeaseTable;
  readonly webhooks: WebhookTable;
  readonly adminLog: AdminLog;
  readonly webhookDeliveries: WebhookDeliveryTable;
}
