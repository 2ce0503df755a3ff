import { hostname } from "node:os";
import type { Database } from "../adapters/sql/database.js";
import { SqlAdminLogQueries } from "../adapters/sql/sql-admin-log.js";
import { SqlClaimQueries } from "../adapters/sql/sql-claim-queries.js";
import { SqlClaimRows } from "../adapters/sql/sql-claim-rows.js";
import { SqlConcertQueries } from "../adapters/sql/sql-concert-queries.js";
import { SqlCouponQueries } from "../adapters/sql/sql-coupon-queries.js";
import { SqlDeadLetterQueries, SqlDeadLetters } from "../adapters/sql/sql-dead-letters.js";
import { SqlJobLease } from "../adapters/sql/sql-job-lease.js";
import { countPostponed } from "../adapters/sql/sql-journal-rows.js";
import { SqlOrderQueries } from "../adapters/sql/sql-order-queries.js";
import { SqlOutboxRows } from "../adapters/sql/sql-outbox-rows.js";
import { SqlPaymentQueries } from "../adapters/sql/sql-payment-queries.js";
import { SqlProductQueries } from "../adapters/sql/sql-product-queries.js";
import { SqlRankingLogQueries } from "../adapters/sql/sql-ranking-log-queries.js";
import { SqlRowRetention } from "../adapters/sql/sql-row-retention.js";
import { SqlSalesQueries } from "../adapters/sql/sql-sales-queries.js";
import { SqlSecrets } from "../adapters/sql/sql-secrets.js";
import { SqlSoldOutRecords } from "../adapters/sql/sql-sold-out-records.js";
import { SqlUnitOfWork } from "../adapters/sql/sql-unit-of-work.js";
import { SqlWebhookDeliveries } from "../adapters/sql/sql-webhook-deliveries.js";
import { SqlWebhookQueries } from "../adapters/sql/sql-webhook-queries.js";
import type { Clock } from "../application/ports/clock.js";
import { holderIsDead } from "./process-lease.js";

export type SqlNeeds = {
  readonly database: Database;
  readonly clock: Clock;
  readonly sharedClock: Clock;
  /** The name of this process in leases. */
  readonly holder: string;
  /** Called after each commit that has written events to the outbox. */
  readonly wakeRelay: () => void;
};

/** The ports that the database implements, in every profile. */
export const sqlPorts = ({ database, clock, sharedClock, holder, wakeRelay }: SqlNeeds) => ({
  work: new SqlUnitOfWork(database, wakeRelay, holder),
  coupons: new SqlCouponQueries(database),
  claims: new SqlClaimQueries(database),
  claimRows: new SqlClaimRows(database, sharedClock),
  rankingLog: new SqlRankingLogQueries(database),
  products: new SqlProductQueries(database),
  orders: new SqlOrderQueries(database),
  payments: new SqlPaymentQueries(database),
  concerts: new SqlConcertQueries(database),
  soldOutRecords: new SqlSoldOutRecords(database),
  sales: new SqlSalesQueries(database),
  adminLog: new SqlAdminLogQueries(database),
  deadLetters: new SqlDeadLetterQueries(database),
  deadLetterRows: new SqlDeadLetters(database, clock),
  outboxRows: new SqlOutboxRows(database, sharedClock),
  rowRetention: new SqlRowRetention(database),
  webhooks: new SqlWebhookQueries(database),
  webhookDeliveries: new SqlWebhookDeliveries(database, sharedClock),
  jobLease: new SqlJobLease(database, sharedClock, holder, (other) => holderIsDead(other, hostname(), process.pid)),
  secrets: new SqlSecrets(database),
  lockedRows: database.lockedRows,
  countPostponed: () => countPostponed(database),
});
