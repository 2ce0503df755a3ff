import { createRequire } from "node:module";

type RequestQueue = { readonly pending: readonly unknown[]; scheduleCheckPendingRequests(): void };

const { prototype } = createRequire(import.meta.url)("kafkajs/src/network/requestQueue/index.js") as {
  prototype: RequestQueue;
};
const schedule = prototype.scheduleCheckPendingRequests;

const scheduleIfPending = function (this: RequestQueue): void {
  if (this.pending.length > 0) schedule.call(this);
};

/**
 * Stops kafkajs 2.2.4 from re-arming a 1 ms timer forever on every connection: its request queue schedules the next
 * check even if no request is pending. A request that is added schedules a check anyway. A test pins the version.
 */
export const guardIdleQueues = (): void => {
  prototype.scheduleCheckPendingRequests = scheduleIfPending;
};

/** Removes the guard, for the test's negative control. */
export const unguardIdleQueues = (): void => {
  prototype.scheduleCheckPendingRequests = schedule;
};
