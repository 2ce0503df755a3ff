import type { Timers } from "../../application/ports/timers.js";

/** Node's own timers. */
export const systemTimers: Timers = {
  now: () => performance.now(),
  soon: (run) => {
    setImmediate(run);
  },
  after: (ms, run) => {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
};
