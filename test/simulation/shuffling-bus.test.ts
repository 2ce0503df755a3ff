import { describe, expect, it } from "vitest";
import type { Choreography, Reaction } from "../../src/application/choreography.js";
import type { DomainEvent } from "../../src/domain/event.js";
import { DomainError } from "../../src/domain/problem.js";
import { emptyChoreography } from "../support/empty-choreography.js";
import { flushPromises } from "../support/flush-promises.js";
import { SeededRandom } from "../support/seeded-random.js";
import { ShufflingBus } from "../support/shuffling-bus.js";

const orderPlaced = (n: number) =>
  ({ id: `order.placed:${n}`, type: "order.placed", at: "", data: { orderId: `${n}` } }) as unknown as DomainEvent;
const events = Array.from({ length: 40 }, (_, n) => orderPlaced(n));

/** Publishes the events on a bus with one consumer, which calls `react` and then records what it received. */
const openBus = async (seed: number, react: (events: readonly DomainEvent[]) => Promise<void> = async () => {}) => {
  const bus = new ShufflingBus(new SeededRandom(seed));
  const received: string[] = [];
  const inventory: Reaction = {
    execute: async (batch) => {
      await react(batch);
      received.push(...batch.map(({ id }) => id));
    },
  };
  await bus.consume({ ...emptyChoreography, "order.placed": { inventory } } satisfies Choreography);
  await bus.publish(events);
  return { bus, received };
};

/** Delivers everything, including dropped copies, and returns what the bus did. */
const deliverAll = async (bus: ShufflingBus): Promise<readonly string[]> => {
  const history: string[] = [];
  for (let rounds = 0; rounds < 4; rounds += 1) {
    while (bus.deliverable > 0) {
      const { what, processed } = bus.deliver();
      history.push(what);
      await processed;
    }
    bus.redeliver();
  }
  return history;
};

describe("the shuffling bus", () => {
  it("delivers every event one to three times, out of order, alone and in batches, some after a drop", async () => {
    const { bus, received } = await openBus(1);
    const history = await deliverAll(bus);
    expect(bus.isIdle).toBe(true);
    const deliveries = events.map(({ id }) => received.filter((each) => each === id).length);
    expect(new Set(deliveries)).toEqual(new Set([1, 2, 3]));
    expect(history.some((line) => line.startsWith("drop"))).toBe(true);
    expect(history.some((line) => line.split("order.placed").length > 2)).toBe(true);
    expect([...new Set(received)]).not.toEqual(events.map(({ id }) => id));
  });

  it("repeats a run for the same seed and differs for another seed", async () => {
    const historyOf = async (seed: number) => deliverAll((await openBus(seed)).bus);
    expect(await historyOf(7)).toEqual(await historyOf(7));
    expect(await historyOf(7)).not.toEqual(await historyOf(8));
  });

  it("redelivers events whose backend was unavailable or whose consumer never returned", async () => {
    let calls = 0;
    const { bus, received } = await openBus(3, async () => {
      calls += 1;
      if (calls === 1) throw new DomainError({ code: "engine-unavailable", engine: "database" });
      if (calls === 2) await new Promise(() => {});
    });
    while (calls < 2) {
      bus.deliver();
      await flushPromises();
    }
    bus.redeliver();
    await deliverAll(bus);
    expect(new Set(received)).toEqual(new Set(events.map(({ id }) => id)));
    expect(bus.failures).toEqual([]);
  });

  it("records a reaction that fails while all backends are available", async () => {
    const { bus } = await openBus(4, async () => {
      throw new Error("bad");
    });
    await deliverAll(bus);
    expect(new Set(bus.failures)).toEqual(new Set(events.map(({ id }) => `inventory ${id}: Error: bad`)));
  });
});
