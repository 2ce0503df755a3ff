import { describe, expect, it } from "vitest";
import { FollowOrder, type OrderVersion } from "../../../src/application/order/follow-order.js";
import type { OrderNotices } from "../../../src/application/ports/order-notices.js";
import type { OrderQueries } from "../../../src/application/ports/order-queries.js";
import type { OrderId, PaymentId, ProductId } from "../../../src/domain/ids.js";
import type { Money } from "../../../src/domain/money.js";
import { cancel, confirm, type Order, place, price, reserve, startPayment } from "../../../src/domain/order.js";
import { DomainError } from "../../../src/domain/problem.js";
import type { EpochMs } from "../../../src/domain/time.js";
import { settled } from "../../support/turns.js";
import { ann, ben, orderId } from "./order-house.js";

const at = 0 as EpochMs;
const placed = place(
  {
    orderId: orderId("o"),
    userId: ann,
    lines: [{ productId: "lamp" as ProductId, quantity: 1, unitPrice: 5 as Money }],
    userCouponId: null,
    expiresAt: 9 as EpochMs,
  },
  at,
).order;
const stocked = reserve(placed, true, at).order;
const priced = price(stocked, null, at).order;
const paying = startPayment(priced, "p" as PaymentId, 5 as Money, at);
const confirmed = confirm(paying, "p" as PaymentId, at).order;

/** An order that the test moves on, with or without a notice. */
const openDesk = (first: Order) => {
  let order = first;
  let away = false;
  const hearers = new Set<() => void>();
  const orders: Pick<OrderQueries, "byIds"> = {
    byIds: async (ids) => {
      if (away) throw new DomainError({ code: "engine-unavailable", engine: "database" });
      return ids.includes(order.orderId) ? [order] : [];
    },
  };
  const notices: OrderNotices = {
    announce: () => {
      for (const hear of hearers) hear();
    },
    subscribe: (_, hear) => {
      hearers.add(hear);
      return () => hearers.delete(hear);
    },
  };
  const follow = new FollowOrder(orders as OrderQueries, notices);
  return {
    follow,
    hearers,
    /** Follows, and collects what is told: version, status, and whether it is the last. */
    listen: async (seen: number | null = null, userId = ann, id: OrderId = orderId("o")) => {
      const told: unknown[] = [];
      const tell = ({ version, view, last }: OrderVersion) => told.push([version, view.status, last]);
      const leave = await follow.execute(id, userId, seen, tell);
      return { told, leave };
    },
    moveTo: async (next: Order, notice = true) => {
      order = next;
      if (notice) notices.announce([order.orderId]);
      await settled();
    },
    goAway: (isAway: boolean) => {
      away = isAway;
    },
  };
};

const versions = {
  pending: [1, "pending", false],
  stocked: [2, "pending", false],
  priced: [3, "awaiting-payment", false],
  confirmed: [4, "confirmed", true],
};

describe("following an order", () => {
  it("tells it as it stands, then each change, and leaves at its end", async () => {
    const desk = openDesk(placed);
    const { told } = await desk.listen();
    for (const next of [stocked, stocked, priced, paying, confirmed]) await desk.moveTo(next);
    expect(told).toEqual([versions.pending, versions.stocked, versions.priced, versions.confirmed]);
    expect(desk.hearers.size).toBe(0);
  });

  it("tells only the present one to who comes late, and it is the last", async () => {
    const desk = openDesk(confirmed);
    expect((await desk.listen()).told).toEqual([versions.confirmed]);
    expect(desk.hearers.size).toBe(0);
  });

  it("tells every version that a follower has missed since the last it saw", async () => {
    const desk = openDesk(confirmed);
    expect((await desk.listen(1)).told).toEqual([versions.stocked, versions.priced, versions.confirmed]);
    expect((await desk.listen(3)).told).toEqual([versions.confirmed]);
  });

  it("tells the present one to who has seen all of it, or claims to have seen more", async () => {
    const desk = openDesk(priced);
    const { told } = await desk.listen(3);
    const { told: toLiar } = await desk.listen(99);
    await desk.moveTo(confirmed);
    expect(told).toEqual([versions.priced, versions.confirmed]);
    expect(toLiar).toEqual([versions.priced, versions.confirmed]);
  });

  it("tells of several changes behind one notice one by one", async () => {
    const desk = openDesk(placed);
    const { told } = await desk.listen();
    await desk.moveTo(confirmed);
    expect(told).toEqual([versions.pending, versions.stocked, versions.priced, versions.confirmed]);
  });

  it("finds a change whose notice was lost by reading again", async () => {
    const desk = openDesk(placed);
    const [first, second] = [await desk.listen(), await desk.listen()];
    await desk.moveTo(cancel(placed, "expired", at).order, false);
    expect(first.told).toEqual([versions.pending]);
    await desk.follow.reread();
    expect([first.told, second.told]).toEqual(Array(2).fill([versions.pending, [2, "cancelled", true]]));
    await desk.follow.reread();
    expect(first.told).toHaveLength(2);
  });

  it("outlives a read that fails", async () => {
    const desk = openDesk(placed);
    const { told } = await desk.listen();
    desk.goAway(true);
    await desk.moveTo(priced);
    await expect(desk.follow.reread()).rejects.toThrow("engine-unavailable");
    desk.goAway(false);
    await desk.follow.reread();
    expect(told).toEqual([versions.pending, versions.stocked, versions.priced]);
  });

  it("tells nothing more once it was left", async () => {
    const desk = openDesk(placed);
    const [gone, stays] = [await desk.listen(), await desk.listen()];
    gone.leave();
    gone.leave();
    await desk.moveTo(priced);
    expect(gone.told).toEqual([versions.pending]);
    expect(stays.told).toEqual([versions.pending, versions.stocked, versions.priced]);
  });

  it("is refused where there is no such order, or it is another's, and leaves nobody behind", async () => {
    const desk = openDesk(placed);
    await expect(desk.listen(null, ben)).rejects.toThrow("order-not-found");
    await expect(desk.listen(null, ann, orderId("none"))).rejects.toThrow("order-not-found");
    desk.goAway(true);
    await expect(desk.listen()).rejects.toThrow("engine-unavailable");
    expect(desk.hearers.size).toBe(0);
  });
});
