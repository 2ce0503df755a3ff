import type { SoldOutRules } from "../application/concert/rebuild-sold-out-board.js";
import type { AdminLogQueries } from "../application/ports/admin-log-queries.js";
import type { ClaimQueries } from "../application/ports/claim-queries.js";
import type { ClaimRows } from "../application/ports/claim-rows.js";
import type { Clock } from "../application/ports/clock.js";
import type { ConcertQueries } from "../application/ports/concert-queries.js";
import type { CouponQueries } from "../application/ports/coupon-queries.js";
import type { CouponQueue } from "../application/ports/coupon-queue.js";
import type { CouponStock } from "../application/ports/coupon-stock.js";
import type { DeadLetterQueries } from "../application/ports/dead-letter-queries.js";
import type { Digest } from "../application/ports/digest.js";
import type { EventBus } from "../application/ports/event-bus.js";
import type { JobLease } from "../application/ports/job-lease.js";
import type { NewId } from "../application/ports/new-id.js";
import type { BoardNotices, OrderNotices, TaskNotices } from "../application/ports/notices.js";
import type { OrderQueries } from "../application/ports/order-queries.js";
import type { OutboxRows } from "../application/ports/outbox-rows.js";
import type { PaymentProviders } from "../application/ports/payment-providers.js";
import type { PaymentQueries } from "../application/ports/payment-queries.js";
import type { ProductQueries } from "../application/ports/product-queries.js";
import type { RankingLogQueries } from "../application/ports/ranking-log-queries.js";
import type { ReportFailedSend } from "../application/ports/report-failed-send.js";
import type { ReportLateClose } from "../application/ports/report-late-close.js";
import type { RowRetention } from "../application/ports/row-retention.js";
import type { SalesBoard } from "../application/ports/sales-board.js";
import type { SalesQueries } from "../application/ports/sales-queries.js";
import type { SecretSource } from "../application/ports/secret-source.js";
import type { SoldOutBoard } from "../application/ports/sold-out-board.js";
import type { SoldOutRecords } from "../application/ports/sold-out-records.js";
import type { Timeout } from "../application/ports/timeout.js";
import type { Timers } from "../application/ports/timers.js";
import type { UnitOfWork } from "../application/ports/unit-of-work.js";
import type { WebhookDeliveries } from "../application/ports/webhook-deliveries.js";
import type { WebhookQueries } from "../application/ports/webhook-queries.js";
import type { WebhookEndpoint, WebhookTargets } from "../application/ports/webhook-targets.js";
import type { Backoff } from "../application/retry.js";
import type { TimeZone } from "../domain/business-day.js";

/** The ports by name, one implementation of each. */
export type Ports = {
  /** The clock of this node. */
  readonly clock: Clock;
  /** The clock of all nodes, for a time that one node writes and another compares with its own: the end of a lease. */
  readonly sharedClock: Clock;
  readonly newId: NewId;
  readonly timers: Timers;

  readonly work: UnitOfWork;
  readonly coupons: CouponQueries;
  readonly claims: ClaimQueries;
  readonly claimRows: ClaimRows;
  readonly rankingLog: RankingLogQueries;
  readonly products: ProductQueries;
  readonly orders: OrderQueries;
  readonly payments: PaymentQueries;
  readonly concerts: ConcertQueries;
  readonly soldOutRecords: SoldOutRecords;
  readonly sales: SalesQueries;
  readonly adminLog: AdminLogQueries;
  readonly deadLetters: DeadLetterQueries;
  readonly outboxRows: OutboxRows;
  readonly rowRetention: RowRetention;
  readonly jobLease: JobLease;

  readonly queue: CouponQueue;
  readonly stock: CouponStock;
  readonly taskNotices: TaskNotices;
  readonly orderNotices: OrderNotices;
  readonly boardNotices: BoardNotices;
  readonly soldOutBoard: SoldOutBoard;
  readonly salesBoard: SalesBoard;

  readonly bus: EventBus;

  readonly digest: Digest;
  readonly providers: PaymentProviders;
  readonly timeout: Timeout;
  readonly reportLateClose: ReportLateClose;

  readonly webhooks: WebhookQueries;
  readonly webhookDeliveries: WebhookDeliveries;
  readonly webhookTargets: WebhookTargets;
  readonly signingSecrets: SecretSource;
  readonly reportFailedSend: ReportFailedSend;
  readonly webhookBackoff: Backoff;
};

/** The settings that use cases and routes read. */
export type ApplicationSettings = {
  /** Decides days, weeks and midnight. */
  readonly zone: TimeZone;
  readonly soldOutRules: SoldOutRules;
  /** Time from placing an order to its expiry. */
  readonly orderTtlMs: number;
  /** Time from holding a seat to its expiry. */
  readonly holdTtlMs: number;
  /** Age at which the sweeper processes an unsettled claim. */
  readonly claimSweepMs: number;
  /** The target of `WEBHOOK_URL`; `null` if it is not set. */
  readonly settingsWebhook: WebhookEndpoint | null;
};
