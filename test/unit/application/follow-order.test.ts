import { describe, expect, it } from "vitest";
import { memoryOrderNotices } from "../../../src/adapters/memory/memory-notices.js";
import { FollowOrder, type OrderVersion } from "../../../src/application/order/follow-order.js";
import type { OrderQueries } from "../../../src/application/ports/order-queries.js";
import type { Order } from "../../../src/domain/order.js";
import { flushPromises } from "../../support/flush-promises.js";
import { awaiting, cancelled, confirmed, orderId, paying, placed, stocked } from "../../support/order-data.js";

const order = placed("o");

/** The row of one order, which a test overwrites with or without a notice. */
const orderRow = (first: Order) => {
  let row = first;
  const notices = memoryOrderNotices();
  const byIds = async () => [row];
  const follow = new FollowOrder({ byIds } as Partial<OrderQueries> as OrderQueries, notices);
  return {
    follow,
    /** Follows the order, and collects version, status and `last`. */
    start: async (seen: number | null = null) => {
      const versions: unknown[] = [];
      const onVersion = ({ version, view, last }: OrderVersion) => versions.push([version, view.status, last]);
      await follow.execute(orderId("o"), order.userId, seen, onVersion);
      return versions;
    },
    write: (next: Order) => {
      row = next;
    },
    announce: async () => {
      notices.announce([orderId("o")]);
      await flushPromises();
    },
  };
};

const pendingVersion = [1, "pending", false];
const stockedVersion = [2, "pending", false];
const pricedVersion = [3, "awaiting-payment", false];
const confirmedVersion = [4, "confirmed", true];

describe("following an order", () => {
  it("sends the current version, then each change up to the last", async () => {
    const row = orderRow(order);
    const versions = await row.start();
    for (const next of [stocked(order), stocked(order), awaiting(order), paying(order), confirmed(order)]) {
      row.write(next);
      await row.announce();
    }
    expect(versions).toEqual([pendingVersion, stockedVersion, pricedVersion, confirmedVersion]);
  });

  it("sends a late follower only the current version", async () => {
    expect(await orderRow(confirmed(order)).start()).toEqual([confirmedVersion]);
  });

  it("sends every version after the last one that the follower has seen", async () => {
    const row = orderRow(confirmed(order));
    expect(await row.start(1)).toEqual([stockedVersion, pricedVersion, confirmedVersion]);
    expect(await row.start(3)).toEqual([confirmedVersion]);
  });

  it("sends the current version to a follower that names this version or a later one", async () => {
    const row = orderRow(awaiting(order));
    const followers = [await row.start(3), await row.start(99)];
    row.write(confirmed(order));
    await row.announce();
    expect(followers).toEqual(Array(2).fill([pricedVersion, confirmedVersion]));
  });

  it("sends several changes behind one notice one by one", async () => {
    const row = orderRow(order);
    const versions = await row.start();
    row.write(confirmed(order));
    await row.announce();
    expect(versions).toEqual([pendingVersion, stockedVersion, pricedVersion, confirmedVersion]);
  });

  it("finds a change whose notice was lost by reading again", async () => {
    const row = orderRow(order);
    const versions = await row.start();
    row.write(cancelled(order));
    await row.follow.reread();
    expect(versions).toEqual([pendingVersion, [2, "cancelled", true]]);
  });
});
