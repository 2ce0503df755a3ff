import { describe, expect, it } from "vitest";
import type { Choreography, Reaction } from "../../src/application/choreography.js";
import type { DomainEvent } from "../../src/domain/event.js";
import { DomainError } from "../../src/domain/problem.js";
import { SeededRandom } from "../support/seeded-random.js";
import { ShufflingBus } from "../support/shuffling-bus.js";
import { silentChoreography } from "../support/silent-choreography.js";
import { settled } from "../support/turns.js";

const placed = (n: number) =>
  ({ id: `order.placed:${n}`, type: "order.placed", at: "", data: { orderId: `${n}` } }) as unknown as DomainEvent;
const events = Array.from({ length: 40 }, (_, n) => placed(n));

const openBus = async (seed: number, react: (events: readonly DomainEvent[]) => Promise<void> = async () => {}) => {
  const bus = new ShufflingBus(new SeededRandom(seed));
  const heard: string[] = [];
  const inventory: Reaction = {
    execute: async (slice) => {
      await react(slice);
      heard.push(...slice.map(({ id }) => id));
    },
  };
  await bus.consume({ ...silentChoreography, "order.placed": { inventory } } satisfies Choreography);
  await bus.publish(events);
  return { bus, heard };
};

/** Until everything that was dropped has been brought again. */
const deliverAll = async (bus: ShufflingBus): Promise<readonly string[]> => {
  const history: string[] = [];
  for (let rounds = 0; rounds < 4; rounds += 1) {
    while (bus.deliverable > 0) {
      const { what, reacted } = bus.deliver();
      history.push(what);
      await reacted;
    }
    bus.bringBack();
  }
  return history;
};

describe("the shuffling bus", () => {
  it("delivers every event one to three times, out of order, some of them dropped before", async () => {
    const { bus, heard } = await openBus(1);
    const history = await deliverAll(bus);
    expect(bus.isQuiet).toBe(true);
    const times = events.map(({ id }) => heard.filter((each) => each === id).length);
    expect(new Set(times)).toEqual(new Set([1, 2, 3]));
    expect(history.some((line) => line.startsWith("drop"))).toBe(true);
    expect(history.some((line) => line.split("order.placed").length > 2)).toBe(true);
    expect([...new Set(heard)]).not.toEqual(events.map(({ id }) => id));
  });

  it("does the same for the same seed, and something else for another", async () => {
    const historyOf = async (seed: number) => deliverAll((await openBus(seed)).bus);
    expect(await historyOf(7)).toEqual(await historyOf(7));
    expect(await historyOf(7)).not.toEqual(await historyOf(8));
  });

  it("brings an event again that met an absent engine, or a consumer that never came back", async () => {
    let troubles = 0;
    const { bus, heard } = await openBus(3, async () => {
      troubles += 1;
      if (troubles === 1) throw new DomainError({ code: "engine-unavailable", engine: "database" });
      if (troubles === 2) await new Promise(() => {});
    });
    while (troubles < 2) {
      bus.deliver();
      await settled();
    }
    bus.bringBack();
    await deliverAll(bus);
    expect(new Set(heard)).toEqual(new Set(events.map(({ id }) => id)));
    expect(bus.failures).toEqual([]);
  });

  it("tells of a reaction that fails while every engine answers", async () => {
    const { bus } = await openBus(4, async () => {
      throw new Error("bad");
    });
    await deliverAll(bus);
    expect(new Set(bus.failures)).toEqual(new Set(events.map(({ id }) => `inventory ${id}: Error: bad`)));
  });
});
