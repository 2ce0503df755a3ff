import { describe, expect, it } from "vitest";
import { ServerClock } from "../../../../src/adapters/sql/server-clock.js";

describe("ServerClock", () => {
  /** How far the clock is from a time that passes with `performance.now()`, ms. */
  const errorOf = (clock: ServerClock, offsetMs: number) => Math.abs(clock.now() - (performance.now() + offsetMs));

  it("keeps the more exact of two measurements that agree", () => {
    const clock = new ServerClock();
    clock.measure(1_000_000, 0, 10);
    clock.measure(1_000_300, 0, 1000);
    expect(errorOf(clock, 999_995)).toBeLessThan(50);
  });

  it("uses a measurement that contradicts the current one, as after a failover", () => {
    const clock = new ServerClock();
    clock.measure(1_000_000, 0, 10);
    clock.measure(5_000_000, 0, 1000);
    expect(errorOf(clock, 4_999_500)).toBeLessThan(50);
  });
});
