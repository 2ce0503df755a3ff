import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { systemTimers } from "../../../src/adapters/system/system-timers.js";
import { timeoutAfter } from "../../../src/application/timeout-after.js";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Work that a test completes. */
const pendingWork = () => {
  let resolve = (_: string) => {};
  let reject = (_: Error) => {};
  const work = new Promise<string>((onSuccess, onError) => {
    resolve = onSuccess;
    reject = onError;
  });
  return { work, resolve, reject };
};

describe("timeoutAfter", () => {
  it("returns the result of the work, and leaves no timer", async () => {
    expect(await timeoutAfter(100, systemTimers)(Promise.resolve("done"))).toBe("done");
    const { work, resolve } = pendingWork();
    const result = timeoutAfter(100, systemTimers)(work);
    await vi.advanceTimersByTimeAsync(99);
    resolve("done");
    expect(await result).toBe("done");
    expect(vi.getTimerCount()).toBe(0);
  });

  it("rejects with the error of the work, and leaves no timer", async () => {
    const { work, reject } = pendingWork();
    const result = timeoutAfter(100, systemTimers)(work);
    reject(new Error("thrown by the work"));
    await expect(result).rejects.toThrow("thrown by the work");
    expect(vi.getTimerCount()).toBe(0);
  });

  it("returns late after the timeout, and ignores a later error", async () => {
    const { work, reject } = pendingWork();
    const result = timeoutAfter(100, systemTimers)(work);
    await vi.advanceTimersByTimeAsync(100);
    expect(await result).toBe("late");
    // An unhandled rejection would fail the test run.
    reject(new Error("too late"));
    await vi.advanceTimersByTimeAsync(0);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("measures each call from its own start", async () => {
    const timeout = timeoutAfter(100, systemTimers);
    const [first, second] = [pendingWork(), pendingWork()];
    const firstResult = timeout(first.work);
    await vi.advanceTimersByTimeAsync(60);
    const secondResult = timeout(second.work);
    await vi.advanceTimersByTimeAsync(60);
    expect(await firstResult).toBe("late");
    second.resolve("done");
    expect(await secondResult).toBe("done");
  });
});
