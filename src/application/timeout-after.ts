import type { Timeout } from "../../application/ports/timeout.js";

/** Returns a timeout of `ms` milliseconds. Errors of late work are ignored. */
export const timeoutAfter =
  (ms: number): Timeout =>
  async (work) => {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<"late">((resolve) => {
      timer = setTimeout(resolve, ms, "late");
    });
    try {
      return await Promise.race([work, late]);
    } finally {
      clearTimeout(timer);
    }
  };
