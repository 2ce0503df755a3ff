/** Timers of the process; a simulation replaces them. */
export interface Timers {
  /** Milliseconds of a clock that never goes back. */
  now(): number;
  /** Runs `run` once the event loop has handled the input that is ready now. */
  soon(run: () => void): void;
  /** Runs `run` once after `ms` milliseconds; the returned function cancels it. */
  after(ms: number, run: () => void): () => void;
}
