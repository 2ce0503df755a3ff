import { expect } from "vitest";
import { type BusUnderTest, failed, issued, Recorder, requested } from "./bus-under-test.js";
import { failureClauses } from "./failure-clauses.js";

const range = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

/** What every event bus promises; each clause opens what it needs, and rejects where the bus breaks its word. */
export const clauses: Readonly<Record<string, (under: BusUnderTest) => Promise<void>>> = {
  "brings every group its events, whole, and no others": async (under) => {
    const bus = await under.open();
    const recorder = new Recorder(under);
    await bus.consume(recorder.choreography());
    const [a, b, c] = [requested("a", 1), issued("a", 1), failed("a", 2)];
    await bus.publish([a, b, c]);
    await recorder.hears("stock", [a, c]);
    await recorder.hears("ranking-log", [b, c]);
    expect(recorder.heard.stock).toHaveLength(2);
    expect(recorder.heard.stock).toEqual(expect.arrayContaining([a, c]));
    expect(recorder.heard["ranking-log"]).toHaveLength(2);
    expect(recorder.heard["ranking-log"]).toEqual(expect.arrayContaining([b, c]));
    expect(recorder.heard.settlement).toEqual([]);
  },

  "brings what was published before anybody consumed": async (under) => {
    const event = requested("a", 1);
    const bus = await under.open();
    await bus.publish([event]);
    const recorder = new Recorder(under);
    await bus.consume(recorder.choreography());
    await recorder.hears("stock", [event]);
  },

  "keeps the order of a key": async (under) => {
    const bus = await under.open();
    const recorder = new Recorder(under);
    await bus.consume(recorder.choreography());
    const events = range(200).flatMap((position) => ["a", "b", "c"].map((key) => requested(key, position)));
    // Not awaited one by one: whoever gathers them must keep them in order, too.
    await Promise.all(events.map((event) => bus.publish([event])));
    await recorder.hears("stock", events);
    for (const key of ["a", "b", "c"]) {
      const positions = recorder.heard.stock
        .filter(({ data }) => data.couponId === key)
        .map(({ data }) => data.position);
      expect(positions).toEqual(range(200));
    }
  },

  "lets a running slice finish when it stops, and hands the rest on": async (under) => {
    const bus = await under.open();
    let open = () => {};
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    let began = () => {};
    const running = new Promise<void>((resolve) => {
      began = resolve;
    });
    const recorder = new Recorder(under, async () => {
      began();
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
    open();
    await stopping;
    expect(recorder.ids("stock")).toEqual([requested("a", 1).id]);
    if (under.shared === undefined) return;
    const heir = new Recorder(under);
    await (await under.open()).consume(heir.choreography());
    await heir.hears("stock", [requested("a", 2)]);
    expect(heir.ids("stock")).toEqual([requested("a", 2).id]);
    expect(recorder.heard.stock).toHaveLength(1);
  },

  "shares the work between instances, each event once in quiet times": async (under) => {
    if (under.shared === undefined) return;
    const [one, two] = [await under.open(), await under.open()];
    const recorder = new Recorder(under);
    await one.consume(recorder.choreography());
    await two.consume(recorder.choreography());
    await under.shared(2);
    const events = range(600).map((position) => requested(`k${position % 20}`, position));
    await Promise.all([one.publish(events.slice(0, 300)), two.publish(events.slice(300))]);
    await recorder.hears("stock", events);
    await Promise.all([one.stopConsuming(), two.stopConsuming()]);
    expect(recorder.heard.stock).toHaveLength(600);
  },

  ...failureClauses,
};
