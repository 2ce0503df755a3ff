import { expect } from "vitest";
import type { DomainEvent } from "../../../src/domain/event.js";
import { isBackendUnavailable } from "../../../src/domain/problem.js";
import { type BusUnderTest, Recorder, requested } from "./bus-under-test.js";

/** What a fault needs of an engine that the test owns. */
export type FaultyEngine = {
  freeze(): void;
  resume(): void;
  stop(): Promise<void>;
  restart(): Promise<void>;
};

const outcomeOf = (publishing: Promise<void>) =>
  publishing.then(
    () => "published",
    (error) => (isBackendUnavailable(error) ? "engine-unavailable" : error),
  );

/** Publishes until the bus takes it: each refusal must be an engine's. */
const publishAtLast = async (recorder: Recorder, publish: () => Promise<void>) =>
  recorder.until(async () => {
    const outcome = await outcomeOf(publish());
    expect(["published", "engine-unavailable"]).toContain(outcome);
    return outcome === "published";
  }, "the engine to take an event");

/** How long the engine is away at least. */
const absenceMs = 5_000;

/** While the engine is away callers hear so within their deadline, and afterwards events flow by themselves. */
const survives =
  (begin: (engine: FaultyEngine) => Promise<void>, end: (engine: FaultyEngine) => Promise<void>) =>
  async (under: BusUnderTest, engine: FaultyEngine): Promise<void> => {
    const bus = await under.open();
    const recorder = new Recorder(under);
    await bus.consume(recorder.choreography());
    await publishAtLast(recorder, () => bus.publish([requested("before", 1)]));
    await recorder.hears("stock", [requested("before", 1)]);

    await begin(engine);
    const during: DomainEvent[] = Array.from({ length: 50 }, (_, index) => requested("during", index + 1));
    const until = Date.now() + absenceMs;
    // The first callers wait for their deadline, later ones may hear at once; none hears anything else.
    do {
      const outcomes = await Promise.all(during.map((event) => outcomeOf(bus.publish([event]))));
      expect(new Set(outcomes)).toEqual(new Set(["engine-unavailable"]));
      await new Promise((resolve) => setTimeout(resolve, 100));
    } while (Date.now() < until);
    await end(engine);

    await publishAtLast(recorder, () => bus.publish([requested("after", 1)]));
    await recorder.hears("stock", [requested("after", 1)]);
    expect(bus.deadConsumers()).toEqual([]);
    expect(await under.parked()).toEqual([]);
  };

export const frozen = survives(
  async (engine) => engine.freeze(),
  async (engine) => engine.resume(),
);
export const stopped = survives(
  (engine) => engine.stop(),
  (engine) => engine.restart(),
);

/** The engine is away when the bus starts: it starts anyway, and works once the engine is there. */
export const startsWithout = async (under: BusUnderTest, engine: FaultyEngine): Promise<void> => {
  await engine.stop();
  const bus = await under.open();
  const recorder = new Recorder(under);
  await bus.consume(recorder.choreography());
  expect(await outcomeOf(bus.publish([requested("early", 1)]))).toBe("engine-unavailable");
  await engine.restart();
  await publishAtLast(recorder, () => bus.publish([requested("late", 1)]));
  await recorder.hears("stock", [requested("late", 1)]);
  expect(bus.deadConsumers()).toEqual([]);
};
