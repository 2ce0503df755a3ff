import { expect } from "vitest";
import type { DomainEvent } from "../../../src/domain/event.js";
import { type BusUnderTest, databaseUnavailable, failed, Recorder, requested, rowLocked } from "./bus-under-test.js";

const range = (count: number) => Array.from({ length: count }, (_, index) => index + 1);
const has = (events: readonly DomainEvent[], ...wanted: readonly DomainEvent[]) =>
  wanted.some(({ id }) => events.some((event) => event.id === id));

/** The contract of every event bus for reactions that fail. */
export const failureClauses: Readonly<Record<string, (under: BusUnderTest) => Promise<void>>> = {
  "holds back only the key of a failing event": async (under) => {
    const bus = await under.open();
    const [a1, a2, b1, b2] = [requested("a", 1), requested("a", 2), requested("b", 1), requested("b", 2)];
    const recorder: Recorder = new Recorder(under, (_, events) => {
      if (has(events, a1) && !has(recorder.received.stock, b2)) throw new Error("not before b2");
    });
    await bus.consume(recorder.choreography());
    await bus.publish([a1, a2, b1, b2]);
    await recorder.receives("stock", [a1, a2, b1, b2]);
    const ids = recorder.ids("stock");
    expect(ids.indexOf(b2.id)).toBeLessThan(ids.indexOf(a1.id));
    expect(ids.indexOf(a1.id)).toBeLessThan(ids.indexOf(a2.id));
    expect(await under.parked()).toEqual([]);
  },

  // Proves: P3, A1
  "keeps a failing event from affecting other groups and other events of its batch": async (under) => {
    const bus = await under.open();
    const events = range(20).map((position) => failed(`k${position}`, position));
    const [bad] = events as [DomainEvent];
    const recorder = new Recorder(under, (group, batch) => {
      if (group === "stock" && has(batch, bad)) throw new Error("always");
    });
    await bus.consume(recorder.choreography());
    await bus.publish(events);
    await recorder.receives("ranking-log", events);
    await recorder.receives("stock", events.slice(1));
    await recorder.until(async () => (await under.parked()).length === 1, "the letter");
    expect(recorder.received["ranking-log"]).toHaveLength(20);
    expect(has(recorder.received.stock, bad)).toBe(false);
  },

  "parks an event after 8 tries and continues with the next event of its key": async (under) => {
    const bus = await under.open();
    const [bad, next] = [requested("a", 1), requested("a", 2)];
    let tries = 0;
    const recorder = new Recorder(under, (_, events) => {
      if (!has(events, bad)) return;
      // Only tries of the event alone count: a failed batch is repeated one by one.
      if (events.length === 1) tries += 1;
      throw new Error(`always\nfails`);
    });
    await bus.consume(recorder.choreography());
    await bus.publish([bad, next]);
    await recorder.receives("stock", [next]);
    expect(tries).toBe(8);
    const [letter, ...more] = await under.parked();
    expect(more).toEqual([]);
    expect(letter).toEqual({
      type: "coupon.requested",
      group: "stock",
      error: "Error: always fails",
      attempts: 8,
      event: expect.any(String),
    });
    expect(JSON.parse(letter?.event ?? "")).toEqual(bad);
    expect(bus.deadConsumers()).toEqual([]);
  },

  "waits as long as a backend is unavailable, without counting tries": async (under) => {
    const bus = await under.open();
    const events = range(30).map((position) => failed(`k${position % 3}`, position));
    let refusals = 0;
    const recorder = new Recorder(under, (group) => {
      if (group !== "stock" || refusals >= 12) return;
      refusals += 1;
      throw databaseUnavailable();
    });
    await bus.consume(recorder.choreography());
    await bus.publish(events);
    await recorder.receives("ranking-log", events);
    await recorder.receives("stock", events);
    expect(refusals).toBe(12);
    expect(await under.parked()).toEqual([]);
  },

  // Proves: A1
  "continues with other keys while a row is locked, and then delivers what has waited, in order": async (under) => {
    const bus = await under.open();
    const [a1, a2, a3] = [requested("a", 1), requested("a", 2), requested("a", 3)];
    const [b1, b2] = [requested("b", 1), requested("b", 2)];
    let isLocked = true;
    const recorder = new Recorder(under, (_, events) => {
      if (isLocked && has(events, a1)) throw rowLocked();
    });
    await bus.consume(recorder.choreography());
    await bus.publish([a1, a2, b1]);
    await recorder.receives("stock", [b1]);
    await bus.publish([a3, b2]);
    await recorder.receives("stock", [b2]);
    expect(recorder.ids("stock").toSorted()).toEqual([b1.id, b2.id]);
    isLocked = false;
    await recorder.receives("stock", [a1, a2, a3]);
    expect(recorder.ids("stock").slice(2)).toEqual([a1.id, a2.id, a3.id]);
    expect(await under.parked()).toEqual([]);
  },

  "survives reactions that throw errors which stop a kafkajs consumer": async (under) => {
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
    await recorder.receives("stock", [requested("good", 1)]);
    expect(bus.deadConsumers()).toEqual([]);
  },

  "parks an undecodable message immediately": async (under) => {
    if (under.sendText === undefined) return;
    const bus = await under.open();
    let calls = 0;
    const recorder = new Recorder(under, () => {
      calls += 1;
    });
    await bus.consume(recorder.choreography());
    await bus.publish([requested("valid", 1)]);
    await recorder.receives("stock", [requested("valid", 1)]);
    await under.sendText("{ invalid");
    await under.sendText('{"couponId":7}');
    await bus.publish([requested("valid", 2)]);
    await recorder.receives("stock", [requested("valid", 2)]);
    await recorder.until(async () => (await under.parked()).length === 2, "the letters");
    expect(calls).toBe(2);
    const letters = await under.parked();
    expect(letters.map(({ event }) => event)).toEqual(expect.arrayContaining(["{ invalid", '{"couponId":7}']));
    for (const { attempts, group, error } of letters) {
      expect(attempts).toBe(0);
      expect(group).toBe("stock");
      expect(error).not.toContain("\n");
    }
  },

  "lists a dead consumer until it has recovered": async (under) => {
    if (under.breakStock === undefined) return;
    const bus = await under.open();
    const recorder = new Recorder(under, () => {
      throw new Error("always");
    });
    const repair = await under.breakStock();
    await bus.consume(recorder.choreography());
    await bus.publish([requested("a", 1)]).catch(() => {});
    await recorder.until(() => bus.deadConsumers().some((line) => line.startsWith("stock: ")), "the dead consumer");
    await repair();
    await recorder.until(() => bus.deadConsumers().length === 0, "its recovery");
  },
};
