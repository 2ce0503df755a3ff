import type { OrderId } from "../../domain/ids.js";
import type { PendingStep } from "../../domain/order.js";
import { after } from "../../domain/time.js";
import { attemptSlice, type Failure } from "../attempt-slice.js";
import type { Clock } from "../ports/clock.js";
import type { OrderQueries } from "../ports/order-queries.js";
import type { EndOrders } from "./end-orders.js";
import type { PriceOrder } from "./price-order.js";
import type { RedeemCoupon } from "./redeem-coupon.js";
import type { ReserveStock } from "./reserve-stock.js";

const sliceSize = 500;
/** A pending order that nothing has happened to for so long stands still: its event is late, lost or parked. */
export const standstillMs = 60_000;

/** What does an order's next step. */
export type OrderSteps = {
  readonly reserve: ReserveStock;
  readonly redeem: RedeemCoupon;
  readonly price: PriceOrder;
  readonly end: EndOrders;
};

/** Takes up orders that stand still, without the bus; one whose step fails even so ends, reason `internal` (O2). */
export class ReviveOrders {
  private readonly orders: OrderQueries;
  private readonly steps: OrderSteps;
  private readonly clock: Clock;

  constructor(orders: OrderQueries, steps: OrderSteps, clock: Clock) {
    this.orders = orders;
    this.steps = steps;
    this.clock = clock;
  }

  /** Answers how many orders stood still. @throws the first error of one that could not even end, once all were tried */
  async execute(): Promise<number> {
    const standing = await this.orders.standing(after(this.clock.now(), -standstillMs), sliceSize);
    const left: Failure<OrderId>[] = [];
    for (const [step, advance] of Object.entries(this.nextStep)) {
      const due = standing.flatMap((order) =>
        order.status === "pending" && order.step === step ? [order.orderId] : [],
      );
      const failures = await attemptSlice(due, advance);
      const failed = failures.map(({ item }) => item);
      left.push(...(await attemptSlice(failed, (orderIds) => this.giveUp(orderIds))));
    }
    if (left[0] !== undefined) throw left[0].error;
    return standing.length;
  }

  private async giveUp(orderIds: readonly OrderId[]): Promise<void> {
    await this.steps.end.execute(orderIds, "internal");
  }

  private readonly nextStep: Readonly<Record<PendingStep, (orderIds: readonly OrderId[]) => Promise<void>>> = {
    placed: (orderIds) => this.steps.reserve.advance(orderIds),
    stocked: async (orderIds) => {
      await this.steps.redeem.advance(orderIds);
      await this.steps.price.advance(orderIds);
    },
    redeemed: (orderIds) => this.steps.price.advance(orderIds),
    "stock-refused": async (orderIds) => {
      await this.steps.end.execute(orderIds, "out-of-stock");
    },
    "coupon-refused": async (orderIds) => {
      await this.steps.end.execute(orderIds, "coupon-not-redeemable");
    },
  };
}
