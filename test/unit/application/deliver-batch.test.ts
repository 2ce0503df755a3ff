import { describe, expect, it } from "vitest";
import type { Choreography, Reaction } from "../../../src/application/choreography.js";
import { deliverBatch } from "../../../src/application/deliver-batch.js";
import type { DomainEvent } from "../../../src/domain/event.js";
import { type ClaimEvent, databaseUnavailable, failed, requested } from "../../contract/event-bus/bus-under-test.js";
import { emptyChoreography } from "../../support/empty-choreography.js";

const choreographyOf = (calls: string[][], refuse: (events: readonly ClaimEvent[]) => void = () => {}) => {
  const stock: Reaction = {
    execute: async (received) => {
      const events = received as readonly ClaimEvent[];
      refuse(events);
      calls.push(events.map(({ data }) => `${data.couponId}${data.position}`));
    },
  };
  return {
    ...emptyChoreography,
    "coupon.requested": { stock },
    "coupon.failed": { stock },
  } satisfies Choreography;
};
const batch = (...events: readonly DomainEvent[]) => events.map((event) => ({ event }));

describe("deliverBatch", () => {
  it("delivers in as few runs of one type as keep each key in order", async () => {
    const calls: string[][] = [];
    const items = batch(requested("a", 1), failed("a", 2), requested("b", 3), failed("b", 4), requested("a", 5));
    const { done, failed: failures } = await deliverBatch(choreographyOf(calls), "stock", items);
    expect(calls).toEqual([["a1", "b3"], ["a2", "b4"], ["a5"]]);
    expect(done).toHaveLength(5);
    expect(failures).toEqual([]);
  });

  it("holds back the later events of a failed key, of any type, and no other events", async () => {
    const calls: string[][] = [];
    const items = batch(requested("a", 1), requested("a", 2), requested("b", 3), failed("a", 4), failed("b", 5));
    const choreography = choreographyOf(calls, (events) => {
      if (events.some(({ data }) => data.position === 1)) throw new Error("failed");
    });
    const { done, failed: failures, unavailable } = await deliverBatch(choreography, "stock", items);
    expect(done).toEqual([items[2], items[4]]);
    expect(failures.map(({ item }) => item)).toEqual([items[0]]);
    expect(unavailable).toBeUndefined();
  });

  it("returns what was done before a backend became unavailable", async () => {
    const items = batch(requested("a", 1), failed("a", 2));
    const error = databaseUnavailable();
    const choreography = choreographyOf([], (events) => {
      if (events.some(({ type }) => type === "coupon.failed")) throw error;
    });
    expect(await deliverBatch(choreography, "stock", items)).toEqual({
      done: [items[0]],
      failed: [],
      unavailable: error,
    });
  });

  it("counts events as done if the group does not react to them", async () => {
    const items = batch(requested("a", 1));
    expect((await deliverBatch(choreographyOf([]), "settlement", items)).done).toEqual(items);
  });
});
