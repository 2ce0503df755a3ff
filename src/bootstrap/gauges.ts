import type { GaugeSource } from "../adapters/http/server/metrics.js";
import type { Backends } from "./backends.js";
import type { JobMetrics } from "./scheduled-jobs.js";
import { sharedQuery } from "./shared-query.js";
import { webhookGauges } from "./webhook-gauges.js";

const one = (value: number): ReadonlyMap<string, number> => new Map([["", value]]);

/** The gauges of backends and jobs, for `/metrics`. */
export const gauges = (ports: Backends["ports"], jobs: JobMetrics): readonly GaugeSource[] => {
  const { bus, lockedRows, countPostponed, outboxRows, deadLetterRows, orders, payments, clock } = ports;
  const openOrders = sharedQuery(() => orders.open());
  const unsettled = sharedQuery(() => payments.unsettled());
  return [
    {
      name: "rushboard_consumer_lag",
      help: "Events that a consumer group has not processed yet.",
      label: "group",
      read: async () => new Map((await bus.lag()).map(({ group, lag }) => [group, lag])),
    },
    {
      name: "rushboard_events_postponed",
      help: "Events that a consumer group has postponed: they failed, or wait for rows that another session has locked.",
      label: "group",
      read: () => countPostponed(),
    },
    {
      name: "rushboard_rows_locked",
      help: "Rows that this node knows as locked by another session for longer than a second, by table.",
      label: "table",
      read: () => lockedRows.counts(),
    },
    {
      name: "rushboard_rows_locked_rejections",
      help: "Transactions that this node has rejected since its start because they need a locked row, by table.",
      label: "table",
      read: () => lockedRows.rejected(),
    },
    {
      name: "rushboard_outbox_waiting",
      help: "Committed events that are not on the bus yet.",
      read: async () => one(await outboxRows.waiting()),
    },
    {
      name: "rushboard_dead_letters",
      help: "Parked events that were not replayed.",
      read: async () => one(await deadLetterRows.waiting()),
    },
    {
      name: "rushboard_queue_cold",
      help: "Open coupons whose store the last sweep found cold or dropped.",
      read: () => one(jobs.coldStores),
    },
    {
      name: "rushboard_orders_open",
      help: "Orders that are pending, or awaiting payment without an open payment, by status.",
      label: "status",
      read: async () => {
        const { pending, awaitingPayment } = await openOrders();
        return new Map([
          ["pending", pending],
          ["awaiting-payment", awaitingPayment],
        ]);
      },
    },
    {
      name: "rushboard_order_saga_age_seconds",
      help: "Age of the oldest pending order; 0 if there is none.",
      read: async () => {
        const { oldestPendingAt } = await openOrders();
        return one(oldestPendingAt === null ? 0 : (clock.now() - oldestPendingAt) / 1000);
      },
    },
    {
      name: "rushboard_payments_unsettled",
      help: "Charges and refunds without a final answer of the provider.",
      label: "kind",
      read: async () => {
        const { charges, refunds } = await unsettled();
        return new Map([
          ["charge", charges],
          ["refund", refunds],
        ]);
      },
    },
    {
      name: "rushboard_payment_unsettled_age_seconds",
      help: "Age of the oldest of these payments; 0 if there is none.",
      read: async () => {
        const { oldestAt } = await unsettled();
        return one(oldestAt === null ? 0 : (clock.now() - oldestAt) / 1000);
      },
    },
    {
      name: "rushboard_orders_revived",
      help: "Stalled orders that this node has recovered since its start.",
      read: () => one(jobs.recoveredOrders),
    },
    {
      name: "rushboard_board_drift",
      help: "Members of boards that differed from the database and were repaired by this node, since its start.",
      label: "boards",
      read: () =>
        new Map([
          ["sold-out", jobs.soldOutDrift],
          ["products", jobs.productBoardDrift],
        ]),
    },
    {
      name: "rushboard_ranking_log_added",
      help: "Entries of the ranking log that the bus had lost and that this node has added since its start.",
      read: () => one(jobs.addedLogEntries),
    },
    {
      name: "rushboard_product_boards_cold",
      help: "Product boards that this node's last check found cold.",
      read: () => one(jobs.coldProductBoards),
    },
    {
      name: "rushboard_rows_purged",
      help: "Old rows that this node has deleted since its start.",
      label: "rows",
      read: () => jobs.purgedRows,
    },
    ...webhookGauges(ports),
    {
      name: "rushboard_statistics_drift",
      help: "Products whose closed day or day board differed from the sales, found by this node since its start.",
      read: () => one(jobs.closingDrift),
    },
  ];
};
