import { describe, expect, it } from "vitest";
import type { Choreography, Reaction } from "../../../src/application/choreography.js";
import { deliverSlice } from "../../../src/application/deliver-slice.js";
import type { DomainEvent } from "../../../src/domain/event.js";
import { type ClaimEvent, engineAway, failed, requested } from "../../contract/event-bus/bus-under-test.js";
import { silentChoreography } from "../../support/silent-choreography.js";

const choreographyOf = (calls: string[][], refuse: (events: readonly ClaimEvent[]) => void = () => {}) => {
  const stock: Reaction = {
    execute: async (heard) => {
      const events = heard as readonly ClaimEvent[];
      refuse(events);
      calls.push(events.map(({ data }) => `${data.couponId}${data.position}`));
    },
  };
  return {
    ...silentChoreography,
    "coupon.requested": { stock },
    "coupon.failed": { stock },
  } satisfies Choreography;
};
const slice = (...events: readonly DomainEvent[]) => events.map((event) => ({ event }));

describe("deliverSlice", () => {
  it("makes as few runs of one type as keep each key in order", async () => {
    const calls: string[][] = [];
    const items = slice(requested("a", 1), failed("a", 2), requested("b", 3), failed("b", 4), requested("a", 5));
    const { done, failed: bad } = await deliverSlice(choreographyOf(calls), "stock", items);
    expect(calls).toEqual([["a1", "b3"], ["a2", "b4"], ["a5"]]);
    expect(done).toHaveLength(5);
    expect(bad).toEqual([]);
  });

  it("holds back the later events of a failed key, across types, and no others", async () => {
    const calls: string[][] = [];
    const items = slice(requested("a", 1), requested("a", 2), requested("b", 3), failed("a", 4), failed("b", 5));
    const choreography = choreographyOf(calls, (events) => {
      if (events.some(({ data }) => data.position === 1)) throw new Error("bad");
    });
    const { done, failed: bad, away } = await deliverSlice(choreography, "stock", items);
    expect(done).toEqual([items[2], items[4]]);
    expect(bad.map(({ item }) => item)).toEqual([items[0]]);
    expect(away).toBeUndefined();
  });

  it("tells what was done before an engine went away", async () => {
    const items = slice(requested("a", 1), failed("a", 2));
    const error = engineAway();
    const choreography = choreographyOf([], (events) => {
      if (events.some(({ type }) => type === "coupon.failed")) throw error;
    });
    expect(await deliverSlice(choreography, "stock", items)).toEqual({ done: [items[0]], failed: [], away: error });
  });

  it("has nothing to do where the group does not react", async () => {
    const items = slice(requested("a", 1));
    expect((await deliverSlice(choreographyOf([]), "settlement", items)).done).toEqual(items);
  });
});
