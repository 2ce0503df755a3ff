import { expect } from "vitest";
import { type BusUnderTest, failed, issued, Recorder, requested } from "./bus-under-test.js";
import { failureClauses } from "./failure-clauses.js";

const range = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

/** The contract of every event bus. A clause rejects if the bus breaks it. */
export const clauses: Readonly<Record<string, (under: BusUnderTest) => Promise<void>>> = {
  "delivers to every group exactly its events, unchanged": async (under) => {
    const bus = await under.open();
    const recorder = new Recorder(under);
    await bus.consume(recorder.choreography());
    const [a, b, c] = [requested("a", 1), issued("a", 1), failed("a", 2)];
    await bus.publish([a, b, c]);
    await recorder.receives("stock", [a, c]);
    await recorder.receives("ranking-log", [b, c]);
    expect(recorder.received.stock).toHaveLength(2);
    expect(recorder.received.stock).toEqual(expect.arrayContaining([a, c]));
    expect(recorder.received["ranking-log"]).toHaveLength(2);
    expect(recorder.received["ranking-log"]).toEqual(expect.arrayContaining([b, c]));
    expect(recorder.received.settlement).toEqual([]);
  },

  "delivers events that were published before consuming started": async (under) => {
    const event = requested("a", 1);
    const bus = await under.open();
    await bus.publish([event]);
    const recorder = new Recorder(under);
    await bus.consume(recorder.choreography());
    await recorder.receives("stock", [event]);
  },

  "keeps the order of a key": async (under) => {
    const bus = await under.open();
    const recorder = new Recorder(under);
    await bus.consume(recorder.choreography());
    const events = range(200).flatMap((position) => ["a", "b", "c"].map((key) => requested(key, position)));
    // Published concurrently: gathering them must keep their order, too.
    await Promise.all(events.map((event) => bus.publish([event])));
    await recorder.receives("stock", events);
    for (const key of ["a", "b", "c"]) {
      const positions = recorder.received.stock
        .filter(({ data }) => data.couponId === key)
        .map(({ data }) => data.position);
      expect(positions).toEqual(range(200));
    }
  },

  "finishes the running batch when it stops, and leaves the rest to another instance": async (under) => {
    const bus = await under.open();
    let finish = () => {};
    const gate = new Promise<void>((resolve) => {
      finish = resolve;
    });
    let start = () => {};
    const running = new Promise<void>((resolve) => {
      start = resolve;
    });
    const recorder = new Recorder(under, async () => {
      start();
      await gate;
    });
    await bus.consume(recorder.choreography());
    await bus.publish([requested("a", 1)]);
    await running;
    let stopped = false;
    const stopping = bus.stopConsuming().then(() => {
      stopped = true;
    });
    await bus.publish([requested("a", 2)]);
    expect(stopped).toBe(false);
    finish();
    await stopping;
    expect(recorder.ids("stock")).toEqual([requested("a", 1).id]);
    if (under.divided === undefined) return;
    const successor = new Recorder(under);
    await (await under.open()).consume(successor.choreography());
    await successor.receives("stock", [requested("a", 2)]);
    expect(successor.ids("stock")).toEqual([requested("a", 2).id]);
    expect(recorder.received.stock).toHaveLength(1);
  },

  "divides the work between instances, and delivers each event once while nothing fails": async (under) => {
    if (under.divided === undefined) return;
    const [one, two] = [await under.open(), await under.open()];
    const recorder = new Recorder(under);
    await one.consume(recorder.choreography());
    await two.consume(recorder.choreography());
    await under.divided(2);
    const events = range(600).map((position) => requested(`k${position % 20}`, position));
    await Promise.all([one.publish(events.slice(0, 300)), two.publish(events.slice(300))]);
    await recorder.receives("stock", events);
    await Promise.all([one.stopConsuming(), two.stopConsuming()]);
    expect(recorder.received.stock).toHaveLength(600);
  },

  ...failureClauses,
};
