import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { patience } from "../../../src/adapters/system/patience.js";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Work that ends when the test says so. */
const slow = () => {
  let answer = (_: string) => {};
  let fail = (_: Error) => {};
  const work = new Promise<string>((resolve, reject) => {
    answer = resolve;
    fail = reject;
  });
  return { work, answer, fail };
};

describe("patience", () => {
  it("answers what the work answers, and leaves no timer", async () => {
    expect(await patience(100)(Promise.resolve("done"))).toBe("done");
    const { work, answer } = slow();
    const waited = patience(100)(work);
    await vi.advanceTimersByTimeAsync(99);
    answer("done");
    expect(await waited).toBe("done");
    expect(vi.getTimerCount()).toBe(0);
  });

  it("passes a failure on, and leaves no timer", async () => {
    const { work, fail } = slow();
    const waited = patience(100)(work);
    fail(new Error("the work's own"));
    await expect(waited).rejects.toThrow("the work's own");
    expect(vi.getTimerCount()).toBe(0);
  });

  it("ends with late, whatever becomes of the work then", async () => {
    const { work, fail } = slow();
    const waited = patience(100)(work);
    await vi.advanceTimersByTimeAsync(100);
    expect(await waited).toBe("late");
    // Nobody listens any more; a rejection that nobody handled would fail the run.
    fail(new Error("too late"));
    await vi.advanceTimersByTimeAsync(0);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("waits each time anew", async () => {
    const wait = patience(100);
    const [first, second] = [slow(), slow()];
    const one = wait(first.work);
    await vi.advanceTimersByTimeAsync(60);
    const other = wait(second.work);
    await vi.advanceTimersByTimeAsync(60);
    expect(await one).toBe("late");
    second.answer("done");
    expect(await other).toBe("done");
  });
});
