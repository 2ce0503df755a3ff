import type { OrderId } from "../../domain/ids.js";
import type { Order, PendingStep } from "../../domain/order.js";
import { isResourceBusy } from "../../domain/problem.js";
import type { CancelReason } from "../../domain/reasons.js";
import { after } from "../../domain/time.js";
import { attemptBatch, type FailedItem, throwFirst } from "../attempt-batch.js";
import type { Clock } from "../ports/clock.js";
import type { OrderQueries } from "../ports/order-queries.js";
import type { CancelOrders } from "./cancel-orders.js";
import type { PriceOrder } from "./price-order.js";
import type { RedeemCoupon } from "./redeem-coupon.js";
import type { ReserveStock } from "./reserve-stock.js";

const batchSize = 500;
/** A pending order that has not changed for this long is stalled: its event is late, lost or parked. */
export const stalledAfterMs = 60_000;

/** The use cases that take an order's next step. */
export type OrderSteps = {
  readonly reserve: ReserveStock;
  readonly redeem: RedeemCoupon;
  readonly price: PriceOrder;
  readonly cancel: CancelOrders;
};

type Step = (orderIds: readonly OrderId[]) => Promise<void>;

const stepOf = (order: Order): PendingStep | null => (order.status === "pending" ? order.step : null);

/** Takes the next step of stalled orders without the bus. Cancels an order whose step fails, reason `internal` (O2). */
export class RecoverStalledOrders {
  private readonly orders: OrderQueries;
  private readonly steps: OrderSteps;
  private readonly clock: Clock;

  constructor(orders: OrderQueries, steps: OrderSteps, clock: Clock) {
    this.orders = orders;
    this.steps = steps;
    this.clock = clock;
  }

  /**
   * Returns how many orders were stalled.
   * @throws the first error of an order that has to wait or could not even be cancelled, after all others were processed
   */
  async execute(): Promise<number> {
    const before = after(this.clock.now(), -stalledAfterMs);
    const left: FailedItem<OrderId>[] = [];
    for (let total = 0; ; ) {
      const stalled = await this.orders.stalled(before, batchSize, left.length);
      const leftBefore = left.length;
      for (const [step, advance] of Object.entries(this.nextStep))
        left.push(
          ...(await this.advance(
            stalled.filter((order) => stepOf(order) === step),
            advance,
          )),
        );
      total += stalled.length;
      // A page of orders that wait says nothing about the next page. Any other page is stalled again, if at all, later.
      if (stalled.length < batchSize || left.length === leftBefore) {
        throwFirst(left);
        return total;
      }
    }
  }

  /** Returns the orders that have to wait, and those that could not even be cancelled. */
  private async advance(orders: readonly Order[], step: Step): Promise<readonly FailedItem<OrderId>[]> {
    const failed = await attemptBatch(
      orders.map(({ orderId }) => orderId),
      step,
    );
    const waiting = failed.filter(({ error }) => isResourceBusy(error));
    const broken = failed.filter(({ error }) => !isResourceBusy(error)).map(({ item }) => item);
    return [...waiting, ...(await attemptBatch(broken, (orderIds) => this.cancel(orderIds, "internal")))];
  }

  private readonly nextStep: Readonly<Record<PendingStep, Step>> = {
    placed: (orderIds) => this.steps.reserve.advance(orderIds),
    stocked: async (orderIds) => {
      await this.steps.redeem.advance(orderIds);
      await this.steps.price.advance(orderIds);
    },
    redeemed: (orderIds) => this.steps.price.advance(orderIds),
    "stock-refused": (orderIds) => this.cancel(orderIds, "out-of-stock"),
    "coupon-refused": (orderIds) => this.cancel(orderIds, "coupon-not-redeemable"),
  };

  private async cancel(orderIds: readonly OrderId[], reason: CancelReason): Promise<void> {
    await this.steps.cancel.execute(orderIds, reason);
  }
}
