import { appendFileSync } from "node:fs";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { inject } from "vitest";

/** Above this delay of an idle process the machine is busy, ms. */
const busyMs = 50;
/** How long a service may block its event loop, ms (A5). */
export const longestBlockMs = 200;

/** Returns the longest delay of a service's event loop since the last call, ms; `undefined` if it does not answer. */
export const readLoopDelay = async (service: URL): Promise<number | undefined> => {
  try {
    const response = await fetch(new URL("/metrics", service), { signal: AbortSignal.timeout(2000) });
    const seconds = /^nodejs_eventloop_lag_max_seconds (\S+)$/m.exec(await response.text())?.[1];
    return seconds === undefined ? undefined : Number(seconds) * 1000;
  } catch {
    return undefined;
  }
};

/** Adds a delay to the report of the test run. */
export const recordLoopDelay = (ms: number | undefined): void => {
  const file = inject("loopDelayFile");
  if (file !== undefined && ms !== undefined) appendFileSync(file, `${ms}\n`);
};

/** Measures this process, which is idle, next to the service: both are delayed if the machine is busy. */
export const startIdleControl = (): { wasIdle(): boolean } => {
  const delay = monitorEventLoopDelay({ resolution: 10 });
  delay.enable();
  return {
    wasIdle: () => {
      delay.disable();
      return delay.max / 1e6 < busyMs;
    },
  };
};
