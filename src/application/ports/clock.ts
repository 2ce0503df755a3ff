import type { EpochMs } from "../../domain/time.js";

/** The only source of time in the core. */
export interface Clock {
  now(): EpochMs;
}
