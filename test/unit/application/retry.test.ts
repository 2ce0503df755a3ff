import { setImmediate as turn } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { jitteredBackoff, RetryLoop } from "../../../src/application/retry.js";
import { ManualTimers } from "../../support/manual-timers.js";

describe("jitteredBackoff", () => {
  it("doubles the pause up to the maximum", () => {
    const backoff = jitteredBackoff(100, 1_000, () => 1);
    expect([1, 2, 3, 4, 5, 50].map(backoff)).toEqual([100, 200, 400, 800, 1_000, 1_000]);
  });

  it("takes at least half of the pause for every random number", () => {
    expect(jitteredBackoff(100, 1_000, () => 0)(2)).toBe(100);
    expect(jitteredBackoff(100, 1_000, () => 0.5)(2)).toBe(150);
  });
});

describe("RetryLoop", () => {
  /** A loop whose rounds do what the test says: a number is a rest in ms, an error is thrown. */
  const looping = (...outcomes: readonly (number | Error)[]) => {
    const timers = new ManualTimers();
    const failures: number[] = [];
    let rounds = 0;
    const loop = new RetryLoop({
      timers,
      backoff: (count) => count * 100,
      onFailure: (_, count) => failures.push(count),
      round: async () => {
        const outcome = outcomes[rounds] ?? Number.POSITIVE_INFINITY;
        rounds += 1;
        if (outcome instanceof Error) throw outcome;
        return outcome;
      },
    });
    const roundsAfter = async (ms: number) => {
      timers.advance(ms);
      await turn();
      return rounds;
    };
    loop.start();
    return { loop, roundsAfter, failures };
  };
  const broken = new Error("broken");

  it("starts the next round after the rest that a round returned, and immediately after 0", async () => {
    const { roundsAfter } = looping(0, 50);
    expect(await roundsAfter(0)).toBe(2);
    expect(await roundsAfter(49)).toBe(2);
    expect(await roundsAfter(1)).toBe(3);
  });

  it("waits longer after each failure in a row, and starts over after a success", async () => {
    const { roundsAfter, failures } = looping(broken, broken, 0, broken);
    expect(await roundsAfter(0)).toBe(1);
    expect(await roundsAfter(100)).toBe(2);
    expect(await roundsAfter(199)).toBe(2);
    expect(await roundsAfter(1)).toBe(4);
    expect(await roundsAfter(100)).toBe(5);
    expect(failures).toEqual([1, 2, 1]);
  });

  it("ends a rest when woken, also when woken during the round", async () => {
    const { loop, roundsAfter } = looping(50, 50);
    loop.wake();
    expect(await roundsAfter(0)).toBe(2);
    loop.wake();
    expect(await roundsAfter(0)).toBe(3);
  });

  it("keeps the pause after a failure when woken", async () => {
    const { loop, roundsAfter } = looping(broken);
    await roundsAfter(0);
    loop.wake();
    expect(await roundsAfter(99)).toBe(1);
    expect(await roundsAfter(1)).toBe(2);
  });

  it("starts over when a long round reports success before it fails", async () => {
    const { loop, roundsAfter, failures } = looping(broken, broken);
    await roundsAfter(0);
    loop.succeeded();
    await roundsAfter(100);
    expect(failures).toEqual([1, 1]);
  });

  it.each([
    ["a rest", 50],
    ["a pause after a failure", broken],
  ])("stops during %s", async (_, outcome) => {
    const { loop, roundsAfter } = looping(outcome);
    await roundsAfter(0);
    await loop.stop();
    await loop.stopped;
    expect(loop.isStopped).toBe(true);
    expect(await roundsAfter(1_000)).toBe(1);
  });

  it("finishes the current round before it stops", async () => {
    let finish = () => {};
    const round = () => new Promise<number>((resolve) => (finish = () => resolve(0)));
    const loop = new RetryLoop({ timers: new ManualTimers(), backoff: () => 0, round });
    loop.start();
    let stopped = false;
    const stopping = loop.stop().then(() => {
      stopped = true;
    });
    await turn();
    expect(stopped).toBe(false);
    finish();
    await stopping;
  });
});
