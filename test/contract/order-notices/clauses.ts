import { randomUUID } from "node:crypto";
import { expect } from "vitest";
import { FollowOrder } from "../../../src/application/order/follow-order.js";
import type { OrderNotices } from "../../../src/application/ports/order-notices.js";
import type { OrderQueries } from "../../../src/application/ports/order-queries.js";
import type { OrderId, ProductId } from "../../../src/domain/ids.js";
import type { Money } from "../../../src/domain/money.js";
import { cancel, type Order, place } from "../../../src/domain/order.js";
import { after } from "../../../src/domain/time.js";
import { noon, userId } from "../../support/drop.js";

/** Two nodes' notices; in memory they are one. */
export type NoticesUnderTest = {
  readonly here: OrderNotices;
  readonly there: OrderNotices;
  /** Puts text where notices travel; absent where nothing else can be there. */
  readonly say?: (text: string) => Promise<unknown>;
  /** Waits until it holds, as long as a notice may take: within a process no time at all. */
  readonly eventually: (holds: () => void) => Promise<void>;
};
export type Clauses = Readonly<Record<string, (under: NoticesUnderTest) => Promise<void>>>;

const fresh = () => randomUUID() as string as OrderId;

/** How often an order was heard of. */
const hears = (notices: OrderNotices, orderId: OrderId) => {
  const heard = { times: 0, leave: () => {} };
  heard.leave = notices.subscribe(orderId, () => {
    heard.times += 1;
  });
  return heard;
};
const times = (...heard: readonly { readonly times: number }[]) => heard.map((each) => each.times);

const shopper = userId("shopper");
const placed = (): Order => {
  const lines = [{ productId: "product" as ProductId, quantity: 1, unitPrice: 100 as Money }];
  const facts = { orderId: fresh(), userId: shopper, lines, userCouponId: null, expiresAt: after(noon, 900_000) };
  return place(facts, noon).order;
};

/** A follower of one order, whose row the test writes. */
const follows = async (notices: OrderNotices, row: Order) => {
  const rows = new Map([[row.orderId, row]]);
  const byIds = async (orderIds: readonly OrderId[]) => orderIds.flatMap((orderId) => rows.get(orderId) ?? []);
  const follow = new FollowOrder({ byIds } as Partial<OrderQueries> as OrderQueries, notices);
  const heard: string[] = [];
  const leave = await follow.execute(row.orderId, shopper, null, ({ view }) => heard.push(view.status));
  return { heard, follow, leave, write: (order: Order) => rows.set(order.orderId, order) };
};

/** What every `OrderNotices` keeps. */
export const noticesClauses: Clauses = {
  "tells those who follow an order, here and there, and nobody else": async ({ here, there, eventually }) => {
    const [one, other] = [fresh(), fresh()];
    const [first, second, far, stranger] = [hears(here, one), hears(here, one), hears(there, one), hears(here, other)];
    here.announce([one]);
    await eventually(() => expect(times(first, second, far, stranger)).toEqual([1, 1, 1, 0]));
  },

  "tells of every change": async ({ here, there, eventually }) => {
    const orderId = fresh();
    const heard = hears(there, orderId);
    for (let change = 1; change <= 4; change += 1) {
      here.announce([orderId]);
      await eventually(() => expect(times(heard)).toEqual([change]));
    }
  },

  "tells of all orders of a large announcement, and of none where there are none": async ({
    here,
    there,
    eventually,
  }) => {
    const orderIds = Array.from({ length: 1203 }, fresh);
    const heard = orderIds.map((orderId) => hears(there, orderId));
    here.announce([]);
    here.announce(orderIds);
    await eventually(() => expect(times(...heard)).toEqual(orderIds.map(() => 1)));
  },

  "tells until the follower leaves, and leaves the others": async ({ here, there, eventually }) => {
    const orderId = fresh();
    const [stays, leaves] = [hears(there, orderId), hears(there, orderId)];
    here.announce([orderId]);
    await eventually(() => expect(times(stays, leaves)).toEqual([1, 1]));
    leaves.leave();
    leaves.leave();
    here.announce([orderId]);
    await eventually(() => expect(times(stays, leaves)).toEqual([2, 1]));
  },

  "lets a follower leave, or come, while it is told": async ({ here, there, eventually }) => {
    const orderId = fresh();
    const heard: string[] = [];
    const leave = there.subscribe(orderId, () => {
      heard.push("first");
      leave();
      there.subscribe(orderId, () => heard.push("third"));
    });
    there.subscribe(orderId, () => heard.push("second"));
    here.announce([orderId]);
    await eventually(() => expect(heard).toEqual(["first", "second"]));
    here.announce([orderId]);
    await eventually(() => expect(heard).toEqual(["first", "second", "second", "third"]));
  },

  "keeps a leaver's second goodbye from who came after": async ({ here, there, eventually }) => {
    const orderId = fresh();
    const gone = hears(there, orderId);
    gone.leave();
    const heard = hears(there, orderId);
    gone.leave();
    here.announce([orderId]);
    await eventually(() => expect(times(gone, heard)).toEqual([0, 1]));
  },

  "knows followers apart who hear by the same function": async ({ here, there, eventually }) => {
    const orderId = fresh();
    let heard = 0;
    const hear = () => {
      heard += 1;
    };
    const leave = there.subscribe(orderId, hear);
    there.subscribe(orderId, hear);
    here.announce([orderId]);
    await eventually(() => expect(heard).toBe(2));
    leave();
    here.announce([orderId]);
    await eventually(() => expect(heard).toBe(3));
  },

  "lets no follower's fault reach another, or the order": async ({ here, there, eventually }) => {
    const [one, other] = [fresh(), fresh()];
    there.subscribe(one, () => {
      throw new Error("a follower's fault");
    });
    const heard = [hears(there, one), hears(there, other)];
    here.announce([one, other]);
    await eventually(() => expect(times(...heard)).toEqual([1, 1]));
  },

  "passes over what is no notice": async ({ here, there, say, eventually }) => {
    const orderId = fresh();
    const heard = hears(there, orderId);
    const rubbish = ["", "{", "null", "7", '"x"', "{}", "[]", "[null, 7, {}, []]", `{"length": 1, "0": "${orderId}"}`];
    for (const text of say ? rubbish : []) await say?.(text);
    here.announce([orderId]);
    await eventually(() => expect(times(heard)).toEqual([1]));
  },

  "lets a follower hear of a change, who subscribes and then reads the row": async ({ here, there, eventually }) => {
    const order = placed();
    const { heard, write } = await follows(there, order);
    write(cancel(order, "expired", noon).order);
    here.announce([order.orderId]);
    await Promise.resolve();
    await eventually(() => expect(heard).toEqual(["pending", "cancelled"]));
  },

  "lets a follower find a lost notice by reading again": async ({ there }) => {
    const order = placed();
    const { heard, follow, write } = await follows(there, order);
    write(cancel(order, "expired", noon).order);
    await follow.reread();
    expect(heard).toEqual(["pending", "cancelled"]);
  },
};
