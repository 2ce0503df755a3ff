import type { GaugeSource } from "../adapters/http/server/metrics.js";
import type { Backends } from "./backends.js";
import type { JobMetrics } from "./scheduled-jobs.js";

const one = (figure: number): ReadonlyMap<string, number> => new Map([["", figure]]);

/** One query for all who ask while it is under way, as the figures of one scrape do. */
const askedOnce = <T>(ask: () => Promise<T>): (() => Promise<T>) => {
  let asked: Promise<T> | undefined;
  return () => {
    asked ??= ask().finally(() => {
      asked = undefined;
    });
    return asked;
  };
};

/** Figures of the parts behind the edge, for `/metrics`. */
export const gauges = (ports: Backends["ports"], jobs: JobMetrics): readonly GaugeSource[] => {
  const { bus, outboxRows, deadLetterRows, orders, payments, clock } = ports;
  const openOrders = askedOnce(() => orders.open());
  const unsettled = askedOnce(() => payments.unsettled());
  return [
    {
      name: "rushboard_consumer_lag",
      help: "Events that a consumer group has still to take.",
      label: "group",
      read: async () => new Map((await bus.lag()).map(({ group, lag }) => [group, lag])),
    },
    {
      name: "rushboard_outbox_waiting",
      help: "Events committed and not yet on the bus.",
      read: async () => one(await outboxRows.waiting()),
    },
    {
      name: "rushboard_dead_letters",
      help: "Parked events that nobody has replayed.",
      read: async () => one(await deadLetterRows.waiting()),
    },
    {
      name: "rushboard_queue_cold",
      help: "Open coupons whose store the last sweep found cold or dropped.",
      read: () => one(jobs.coldStores),
    },
    {
      name: "rushboard_orders_open",
      help: "Orders that have not ended and are not being paid, by status.",
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
      help: "Since when the oldest pending order has been under way; 0 where there is none.",
      read: async () => {
        const { oldestPendingAt } = await openOrders();
        return one(oldestPendingAt === null ? 0 : (clock.now() - oldestPendingAt) / 1000);
      },
    },
    {
      name: "rushboard_payments_unsettled",
      help: "Charges and refunds that the provider has still to answer for good.",
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
      help: "Since when the oldest of these payments has been under way; 0 where there is none.",
      read: async () => {
        const { oldestAt } = await unsettled();
        return one(oldestAt === null ? 0 : (clock.now() - oldestAt) / 1000);
      },
    },
    {
      name: "rushboard_orders_revived",
      help: "Orders that stood still and were taken up by this node's reaper, since its start.",
      read: () => one(jobs.recoveredOrders),
    },
    {
      name: "rushboard_board_drift",
      help: "Members of boards that differed from the database and were mended by this node, since its start.",
      label: "boards",
      read: () =>
        new Map([
          ["sold-out", jobs.soldOutDrift],
          ["products", jobs.productBoardDrift],
        ]),
    },
    {
      name: "rushboard_product_boards_cold",
      help: "Product boards that this node's last look found cold.",
      read: () => one(jobs.coldProductBoards),
    },
    {
      name: "rushboard_rows_purged",
      help: "Old rows that this node has let go since its start.",
      label: "rows",
      read: () => jobs.purgedRows,
    },
    {
      name: "rushboard_statistics_drift",
      help: "Products whose closed day or day board differed from the sales, found by this node since its start.",
      read: () => one(jobs.statisticsDrift),
    },
  ];
};
