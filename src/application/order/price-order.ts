import type { EventOf } from "../../domain/event.js";
import type { OrderId } from "../../domain/ids.js";
import { awaitsPrice, price } from "../../domain/order.js";
import type { Reaction } from "../choreography.js";
import type { Clock } from "../ports/clock.js";
import type { OrderNotices } from "../ports/notices.js";
import type { UnitOfWork } from "../ports/unit-of-work.js";
import { saveSteps } from "./save-steps.js";

/** Prices orders whose stock and coupon are settled, a batch a transaction; from then on they can be paid. */
export class PriceOrder implements Reaction<"stock.reserved" | "coupon.redeemed"> {
  private readonly work: UnitOfWork;
  private readonly notices: OrderNotices;
  private readonly clock: Clock;

  constructor(work: UnitOfWork, notices: OrderNotices, clock: Clock) {
    this.work = work;
    this.notices = notices;
    this.clock = clock;
  }

  async execute(events: readonly EventOf<"stock.reserved" | "coupon.redeemed">[]): Promise<void> {
    await this.advance(events.map(({ data }) => data.orderId));
  }

  /** Does what is still to do of these orders; one that waits for its coupon is passed over. */
  async advance(orderIds: readonly OrderId[]): Promise<void> {
    const changed = await this.work.run(async (tx) => {
      const orders = (await tx.orders.lock(orderIds)).filter(awaitsPrice);
      const couponIds = orders.flatMap(({ userCouponId }) => (userCouponId === null ? [] : [userCouponId]));
      const coupons = couponIds.length === 0 ? [] : await tx.userCoupons.byIds(couponIds);
      const discounts = new Map(coupons.map(({ userCouponId, discount }) => [userCouponId, discount]));
      const now = this.clock.now();
      return saveSteps(
        tx,
        orders.map((order) =>
          price(order, order.userCouponId === null ? null : (discounts.get(order.userCouponId) ?? null), now),
        ),
      );
    });
    this.notices.announce(changed);
  }
}
