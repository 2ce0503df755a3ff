import type { Clock } from "../../application/ports/clock.js";
import type { EpochMs } from "../../domain/time.js";

/** The clock of the machine. */
export const systemClock: Clock = { now: () => Date.now() as EpochMs };
