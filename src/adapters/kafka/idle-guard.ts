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
 * Stops kafkajs 2.2.4 from re-arming a 1 ms timer for ever on every connection: its queue schedules the next look at
 * the pending requests even when there are none, and whoever adds one schedules anew. A test pins the version.
 */
export const guardIdleQueues = (): void => {
  prototype.scheduleCheckPendingRequests = scheduleIfPending;
};

/** Takes the guard away again: the control of the test. */
export const unguardIdleQueues = (): void => {
  prototype.scheduleCheckPendingRequests = schedule;
};
