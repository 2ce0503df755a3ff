import type { RankingLogEntry } from "../../application/ports/ranking-log-queries.js";
import type { Transaction } from "../../application/ports/transaction.js";
import type { UnitOfWork } from "../../application/ports/unit-of-work.js";
import type { DomainEvent } from "../../domain/event.js";
import { type Database, transact } from "./database.js";
import { insertRows } from "./insert-rows.js";
import { SqlAdminLog } from "./sql-admin-log.js";
import { SqlClaimTable } from "./sql-claim-table.js";
import { SqlConcertTable } from "./sql-concert-table.js";
import { SqlCouponTable, SqlEpochTable } from "./sql-coupon-table.js";
import { SqlDeadLetterTable } from "./sql-dead-letters.js";
import { SqlLeaseTable } from "./sql-job-lease.js";
import { SqlOrderTable } from "./sql-order-table.js";
import { SqlPaymentTable } from "./sql-payment-table.js";
import { SqlProductTable } from "./sql-product-table.js";
import { SqlReservationTable } from "./sql-reservation-table.js";
import { SqlSaleTable } from "./sql-sale-table.js";
import { SqlUserCouponTable } from "./sql-user-coupon-table.js";
import { SqlWebhookDeliveryTable } from "./sql-webhook-delivery-table.js";
import { SqlWebhookTable } from "./sql-webhook-table.js";
import type { Statements } from "./transaction.js";

const logColumns = ["task_id", "user_id", "coupon_id", "position", "status", "reason", "retry_count", "recorded_at"];

/** Transactions of SQLite or MySQL. */
export class SqlUnitOfWork implements UnitOfWork {
  private readonly db: Database;
  private readonly eventsCommitted: () => void;
  private readonly holder: string;

  /**
   * @param eventsCommitted is called after a commit that added events to the outbox
   * @param holder the name of this process in job leases
   */
  constructor(db: Database, eventsCommitted: () => void, holder = "unknown") {
    this.db = db;
    this.eventsCommitted = eventsCommitted;
    this.holder = holder;
  }

  async run<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    let events = 0;
    const result = await transact(this.db, (trx) => {
      events = 0;
      return work({
        coupons: new SqlCouponTable(trx),
        claims: new SqlClaimTable(trx),
        epochs: new SqlEpochTable(trx),
        rankingLog: { add: (entries) => addToRankingLog(trx, entries) },
        outbox: {
          add: async (added) => {
            events += added.length;
            await addToOutbox(trx, added);
          },
        },
        products: new SqlProductTable(trx),
        userCoupons: new SqlUserCouponTable(trx),
        orders: new SqlOrderTable(trx),
        payments: new SqlPaymentTable(trx),
        sales: new SqlSaleTable(trx),
        concerts: new SqlConcertTable(trx),
        reservations: new SqlReservationTable(trx),
        leases: new SqlLeaseTable(trx, this.holder),
        deadLetters: new SqlDeadLetterTable(trx),
        webhooks: new SqlWebhookTable(trx),
        adminLog: new SqlAdminLog(trx),
        webhookDeliveries: new SqlWebhookDeliveryTable(trx),
      });
    });
    if (events > 0) this.eventsCommitted();
    return result;
  }
}

const addToOutbox = (trx: Statements, events: readonly DomainEvent[]): Promise<void> => {
  const rows = events.map((event) => [event.id, JSON.stringify(event)]);
  return insertRows(trx, "outbox", ["event_id", "payload"], rows);
};

const addToRankingLog = (trx: Statements, entries: readonly RankingLogEntry[]): Promise<void> => {
  const rows = entries.map((entry) => [
    entry.taskId,
    entry.userId,
    entry.couponId,
    entry.position,
    entry.status,
    entry.reason ?? null,
    entry.retryCount,
    entry.at,
  ]);
  return insertRows(trx, "ranking_logs", logColumns, rows, { unique: "task_id", overwrite: [] });
};
