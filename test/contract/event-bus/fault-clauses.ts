import { expect } from "vitest";
import type { DomainEvent } from "../../../src/domain/event.js";
import { isBackendUnavailable } from "../../../src/domain/problem.js";
import { type BusUnderTest, Recorder, requested } from "./bus-under-test.js";

/** A backend that the test can freeze and stop. */
export type FaultyBackend = {
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

/** Publishes until the bus accepts the event. Every rejection must be `engine-unavailable`. */
const publishEventually = async (recorder: Recorder, publish: () => Promise<void>) =>
  recorder.until(async () => {
    const outcome = await outcomeOf(publish());
    expect(["published", "engine-unavailable"]).toContain(outcome);
    return outcome === "published";
  }, "the bus to accept an event");

/** How long the backend is unavailable, at least, ms. */
const outageMs = 5_000;

/** During an outage callers are rejected within their timeout. Afterwards events flow without intervention. */
const survivesOutage =
  (begin: (backend: FaultyBackend) => Promise<void>, end: (backend: FaultyBackend) => Promise<void>) =>
  async (under: BusUnderTest, backend: FaultyBackend): Promise<void> => {
    const bus = await under.open();
    const recorder = new Recorder(under);
    await bus.consume(recorder.choreography());
    await publishEventually(recorder, () => bus.publish([requested("before", 1)]));
    await recorder.receives("stock", [requested("before", 1)]);

    await begin(backend);
    const during: DomainEvent[] = Array.from({ length: 50 }, (_, index) => requested("during", index + 1));
    const until = Date.now() + outageMs;
    // The first callers wait for the timeout; later callers may be rejected immediately. No other outcome is allowed.
    do {
      const outcomes = await Promise.all(during.map((event) => outcomeOf(bus.publish([event]))));
      expect(new Set(outcomes)).toEqual(new Set(["engine-unavailable"]));
      await new Promise((resolve) => setTimeout(resolve, 100));
    } while (Date.now() < until);
    await end(backend);

    await publishEventually(recorder, () => bus.publish([requested("after", 1)]));
    await recorder.receives("stock", [requested("after", 1)]);
    expect(bus.deadConsumers()).toEqual([]);
    expect(await under.parked()).toEqual([]);
  };

export const frozen = survivesOutage(
  async (backend) => backend.freeze(),
  async (backend) => backend.resume(),
);
export const stopped = survivesOutage(
  (backend) => backend.stop(),
  (backend) => backend.restart(),
);

/** The bus starts while the backend is unavailable, and works once the backend is available. */
export const startsWithout = async (under: BusUnderTest, backend: FaultyBackend): Promise<void> => {
  await backend.stop();
  const bus = await under.open();
  const recorder = new Recorder(under);
  await bus.consume(recorder.choreography());
  expect(await outcomeOf(bus.publish([requested("early", 1)]))).toBe("engine-unavailable");
  await backend.restart();
  await publishEventually(recorder, () => bus.publish([requested("late", 1)]));
  await recorder.receives("stock", [requested("late", 1)]);
  expect(bus.deadConsumers()).toEqual([]);
};
