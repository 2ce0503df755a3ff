/** Waits for `work` no longer than it is worth: `late` where it takes longer, which does not stop it. */
export type Patience = <T>(work: Promise<T>) => Promise<T | "late">;
