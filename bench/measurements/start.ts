import { atMost, type Measurement } from "../measurement.js";
import { startService } from "../program.js";
import { median } from "../rounds.js";

/** The time from spawning the embedded service until it is ready. */
export const start: Measurement = async () => {
  const seconds: number[] = [];
  for (let round = 0; round < 5; round += 1) {
    const from = performance.now();
    const service = await startService();
    seconds.push((performance.now() - from) / 1000);
    await service.stop();
  }
  return [atMost("start: spawn to ready, embedded", median(seconds), 1.5, "s")];
};
