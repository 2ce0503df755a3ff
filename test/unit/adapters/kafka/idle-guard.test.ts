import { createRequire } from "node:module";
import { afterEach, describe, expect, it, vi } from "vitest";
import { guardIdleQueues, unguardIdleQueues } from "../../../../src/adapters/kafka/idle-guard.js";

const require = createRequire(import.meta.url);
const RequestQueue = require("kafkajs/src/network/requestQueue/index.js");

/** Returns how many timers an idle queue sets within a second. */
const timersOfAnIdleSecond = (): number => {
  vi.useFakeTimers();
  const logger = { debug: () => {}, warn: () => {} };
  const queue = new RequestQueue({ requestTimeout: 1_000, enforceRequestTimeout: false, logger });
  const set = vi.spyOn(globalThis, "setTimeout");
  queue.checkPendingRequests();
  vi.advanceTimersByTime(1_000);
  queue.destroy();
  return set.mock.calls.length;
};

describe("guardIdleQueues", () => {
  afterEach(() => {
    vi.restoreAllMocks();
    vi.useRealTimers();
    unguardIdleQueues();
  });

  it("patches the installed version of kafkajs", () => {
    expect(require("kafkajs/package.json").version).toBe("2.2.4");
  });

  it("leaves an idle queue without a timer; without the guard there is one every millisecond", () => {
    guardIdleQueues();
    expect(timersOfAnIdleSecond()).toBe(0);
    vi.restoreAllMocks();
    unguardIdleQueues();
    expect(timersOfAnIdleSecond()).toBeGreaterThan(500);
  });

  it("sends requests that waited for a throttled broker", () => {
    guardIdleQueues();
    vi.useFakeTimers();
    const logger = { debug: () => {}, warn: () => {} };
    const queue = new RequestQueue({ requestTimeout: 1_000, enforceRequestTimeout: false, logger });
    const sendRequest = vi.fn();
    queue.maybeThrottle(100);
    queue.push({ entry: { correlationId: 1 }, expectResponse: true, sendRequest });
    expect(sendRequest).not.toHaveBeenCalled();
    vi.advanceTimersByTime(200);
    expect(sendRequest).toHaveBeenCalledOnce();
    queue.destroy();
  });
});
