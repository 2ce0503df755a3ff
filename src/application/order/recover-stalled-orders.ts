import type { OrderId } from "../../domain/ids.js";
import type { PendingStep } from "../../domain/order.js";
import type { CancelReason } from "../../domain/reasons.js";
import { after } from "../../domain/time.js";
import { attemptBatch, type FailedItem } from "../attempt-batch.js";
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
   * @throws the first error of an order that could not even be cancelled, after all others were processed
   */
  async execute(): Promise<number> {
    const stalled = await this.orders.stalled(after(this.clock.now(), -stalledAfterMs), batchSize);
    const left: FailedItem<OrderId>[] = [];
    for (const [step, advance] of Object.entries(this.nextStep)) {
      const due = stalled.flatMap((order) => (order.status === "pending" && order.step === step ? order.orderId : []));
      const failed = (await attemptBatch(due, advance)).map(({ item }) => item);
      left.push(...(await attemptBatch(failed, (orderIds) => this.cancel(orderIds, "internal"))));
    }
    if (left[0] !== undefined) throw left[0].error;
    return stalled.length;
  }

  private readonly nextStep: Readonly<Record<PendingStep, (orderIds: readonly OrderId[]) => Promise<void>>> = {
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
