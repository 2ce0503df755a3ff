import { expect } from "vitest";
import type { DomainEvent } from "../../../src/domain/event.js";
import { type BusUnderTest, engineAway, failed, Recorder, requested } from "./bus-under-test.js";

const range = (count: number) => Array.from({ length: count }, (_, index) => index + 1);
const has = (events: readonly DomainEvent[], ...wanted: readonly DomainEvent[]) =>
  wanted.some(({ id }) => events.some((event) => event.id === id));

/** What every event bus promises where something fails. */
export const failureClauses: Readonly<Record<string, (under: BusUnderTest) => Promise<void>>> = {
  "lets a failing event hold back its own key only": async (under) => {
    const bus = await under.open();
    const [a1, a2, b1, b2] = [requested("a", 1), requested("a", 2), requested("b", 1), requested("b", 2)];
    const recorder: Recorder = new Recorder(under, (_, events) => {
      if (has(events, a1) && !has(recorder.heard.stock, b2)) throw new Error("not before b2");
    });
    await bus.consume(recorder.choreography());
    await bus.publish([a1, a2, b1, b2]);
    await recorder.hears("stock", [a1, a2, b1, b2]);
    const ids = recorder.ids("stock");
    expect(ids.indexOf(b2.id)).toBeLessThan(ids.indexOf(a1.id));
    expect(ids.indexOf(a1.id)).toBeLessThan(ids.indexOf(a2.id));
    expect(await under.parked()).toEqual([]);
  },

  // Proves: P3
  "keeps one group's failure from the others and from its own neighbours": async (under) => {
    const bus = await under.open();
    const events = range(20).map((position) => failed(`k${position}`, position));
    const [bad] = events as [DomainEvent];
    const recorder = new Recorder(under, (group, slice) => {
      if (group === "stock" && has(slice, bad)) throw new Error("always");
    });
    await bus.consume(recorder.choreography());
    await bus.publish(events);
    await recorder.hears("ranking-log", events);
    await recorder.hears("stock", events.slice(1));
    await recorder.until(async () => (await under.parked()).length === 1, "the letter");
    expect(recorder.heard["ranking-log"]).toHaveLength(20);
    expect(has(recorder.heard.stock, bad)).toBe(false);
  },

  "parks an event after 8 tries, and goes on with the next of its key": async (under) => {
    const bus = await under.open();
    const [bad, next] = [requested("a", 1), requested("a", 2)];
    let tries = 0;
    const recorder = new Recorder(under, (_, events) => {
      if (!has(events, bad)) return;
      // Only tries of it alone count: a slice that fails is gone through one by one.
      if (events.length === 1) tries += 1;
      throw new Error(`no\nluck`);
    });
    await bus.consume(recorder.choreography());
    await bus.publish([bad, next]);
    await recorder.hears("stock", [next]);
    expect(tries).toBe(8);
    const [letter, ...more] = await under.parked();
    expect(more).toEqual([]);
    expect(letter).toEqual({
      type: "coupon.requested",
      group: "stock",
      error: "Error: no luck",
      attempts: 8,
      event: expect.any(String),
    });
    expect(JSON.parse(letter?.event ?? "")).toEqual(bad);
    expect(bus.deadConsumers()).toEqual([]);
  },

  "waits for an engine for as long as it takes, and counts no try": async (under) => {
    const bus = await under.open();
    const events = range(30).map((position) => failed(`k${position % 3}`, position));
    let refusals = 0;
    const recorder = new Recorder(under, (group) => {
      if (group !== "stock" || refusals >= 12) return;
      refusals += 1;
      throw engineAway();
    });
    await bus.consume(recorder.choreography());
    await bus.publish(events);
    await recorder.hears("ranking-log", events);
    await recorder.hears("stock", events);
    expect(refusals).toBe(12);
    expect(await under.parked()).toEqual([]);
  },

  "survives a reaction that throws what kills a careless consumer": async (under) => {
    const bus = await under.open();
    const thrown = [new SyntaxError("bad"), new TypeError("bad"), new RangeError("bad"), undefined, "text"];
    const bad = thrown.map((_, index) => requested(`bad-${index}`, index + 1));
    const recorder = new Recorder(under, (_, events) => {
      const index = bad.findIndex((event) => has(events, event));
      if (index >= 0) throw thrown[index];
    });
    await bus.consume(recorder.choreography());
    await bus.publish(bad);
    await recorder.until(async () => (await under.parked()).length === bad.length, "the letters");
    await bus.publish([requested("good", 1)]);
    await recorder.hears("stock", [requested("good", 1)]);
    expect(bus.deadConsumers()).toEqual([]);
  },

  "parks at once what cannot be decoded": async (under) => {
    if (under.poison === undefined) return;
    const bus = await under.open();
    let calls = 0;
    const recorder = new Recorder(under, () => {
      calls += 1;
    });
    await bus.consume(recorder.choreography());
    await bus.publish([requested("warm", 1)]);
    await recorder.hears("stock", [requested("warm", 1)]);
    await under.poison("{ no json");
    await under.poison('{"couponId":7}');
    await bus.publish([requested("warm", 2)]);
    await recorder.hears("stock", [requested("warm", 2)]);
    await recorder.until(async () => (await under.parked()).length === 2, "the letters");
    expect(calls).toBe(2);
    const letters = await under.parked();
    expect(letters.map(({ event }) => event)).toEqual(expect.arrayContaining(["{ no json", '{"couponId":7}']));
    for (const { attempts, group, error } of letters) {
      expect(attempts).toBe(0);
      expect(group).toBe("stock");
      expect(error).not.toContain("\n");
    }
  },

  "tells which consumer is dead, for as long as it is": async (under) => {
    if (under.breakStock === undefined) return;
    const bus = await under.open();
    const recorder = new Recorder(under, () => {
      throw new Error("always");
    });
    const mend = await under.breakStock();
    await bus.consume(recorder.choreography());
    await bus.publish([requested("a", 1)]).catch(() => {});
    await recorder.until(() => bus.deadConsumers().some((line) => line.startsWith("stock: ")), "the dead consumer");
    await mend();
    await recorder.until(() => bus.deadConsumers().length === 0, "its recovery");
  },
};
