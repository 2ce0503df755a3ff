/** Waits for `work` until the timeout. Returns `"late"` after it; the work continues and may still have its effect. */
export type Timeout = <T>(work: Promise<T>) => Promise<T | "late">;
