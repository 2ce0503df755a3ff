import type { Patience } from "../../application/ports/patience.js";

/** Waits no longer than `ms`. Work that fails later does so unheard. */
export const patience =
  (ms: number): Patience =>
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
