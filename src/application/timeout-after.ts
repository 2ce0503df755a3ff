import type { Timeout } from "./ports/timeout.js";
import type { Timers } from "./ports/timers.js";

/** Returns a timeout of `ms` milliseconds. Errors of late work are ignored. */
export const timeoutAfter =
  (ms: number, timers: Pick<Timers, "after">): Timeout =>
  async (work) => {
    let cancel = () => {};
    const late = new Promise<"late">((resolve) => {
      cancel = timers.after(ms, () => resolve("late"));
    });
    try {
      return await Promise.race([work, late]);
    } finally {
      cancel();
    }
  };
