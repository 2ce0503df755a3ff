import type { Coupon, SettledClaim, Unsettled } from "../../domain/coupon.js";
import type { DomainEvent } from "../../domain/event.js";
import type { CouponId, TaskId, UserId } from "../../domain/ids.js";
import type { EpochMs } from "../../domain/time.js";
import type { ConcertTable } from "./concert-table.js";
import type { OrderTable } from "./order-table.js";
import type { PaymentTable } from "./payment-table.js";
import type { ProductTable } from "./product-table.js";
import type { RankingLogEntry } from "./ranking-log-queries.js";
import type { ReservationTable } from "./reservation-table.js";
import type { SaleTable } from "./sale-table.js";
import type { UserCouponTable } from "./user-coupon-table.js";
import type { WebhookTable } from "./webhook-table.js";

/** Coupons inside a transaction. */
export interface CouponTable {
  /** Inserts the coupon and its first queue epoch; `false` where the id is taken. */
  add(coupon: Coupon, at: EpochMs): Promise<boolean>;
  find(couponId: CouponId): Promise<Coupon | undefined>;
  /** Locks the coupons' rows, in id order, and reads how many of each are issued. */
  lock(couponIds: readonly CouponId[]): Promise<readonly { readonly coupon: Coupon; readonly issued: number }[]>;
  /** Raises the issued counter by `count`, guarded by the quantity; `false` where it would pass it. */
  countIssued(couponId: CouponId, count: number): Promise<boolean>;
}

/** Claims inside a transaction; a status changes only while the coupon's row is locked. */
export interface ClaimTable {
  /** Those of the tasks that are still pending, read anew under the lock, with how often settling each has failed. */
  pending(taskIds: readonly TaskId[]): Promise<readonly Unsettled[]>;
  /** Which of the shoppers already have the coupon. */
  holders(couponId: CouponId, userIds: readonly UserId[]): Promise<ReadonlySet<UserId>>;
  /** How many claims are pending before each of these positions, those of the tasks named left out. */
  pendingBefore(
    couponId: CouponId,
    positions: readonly number[],
    without: readonly TaskId[],
  ): Promise<ReadonlyMap<number, number>>;
  /** Writes the ends of pending claims, and a shopper's coupon for each issued one. */
  settle(claims: readonly SettledClaim[], at: EpochMs): Promise<void>;
  /** Counts a failed settlement of these pending claims. */
  countFailure(taskIds: readonly TaskId[]): Promise<void>;
}

/** Queue epochs: one row a coupon, with no foreign key, so that a locked coupon never blocks a claim's insert. */
export interface EpochTable {
  /** The epoch, and whether somebody is rebuilding at `now`. */
  read(couponId: CouponId, now: EpochMs): Promise<{ readonly epoch: number; readonly rebuilding: boolean } | undefined>;
  /** Raises the epoch from `from` to `to` and marks a rebuild until `until`; `false` where it is not `from` any more. */
  raise(couponId: CouponId, from: number, to: number, until: EpochMs): Promise<boolean>;
  /** Moves the mark of the rebuild that raised to `epoch`; a mark that has passed says that it is done. */
  markRebuild(couponId: CouponId, epoch: number, until: EpochMs): Promise<void>;
}

/** Events that leave with the commit, or not at all. */
export interface Outbox {
  add(events: readonly DomainEvent[]): Promise<void>;
}

/** Rows of the ranking log. */
export interface RankingLog {
  /** Inserts in one statement; a task that is logged already is passed over. */
  add(entries: readonly RankingLogEntry[]): Promise<void>;
}

/** Parked events inside a transaction. */
export interface DeadLetterTable {
  /** Locks the letter and reads its event's text, and whether it was replayed. */
  lock(deadLetterId: string): Promise<{ readonly event: string; readonly replayed: boolean } | undefined>;
  markReplayed(deadLetterId: string, at: EpochMs): Promise<void>;
}

/** Job leases inside a transaction, to fence what their holder writes. */
export interface LeaseTable {
  /** Whether the job's lease is this process's at `now`; nobody takes it over before the commit. */
  holds(job: string, now: EpochMs): Promise<boolean>;
}

/** What a unit of work may touch. */
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
}
