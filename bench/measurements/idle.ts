import { setTimeout as pause } from "node:timers/promises";
import { atMost, type Measurement } from "../measurement.js";
import { startService } from "../program.js";

const seconds = 20;

/** The CPU of a service with all roles on all backends that receives no request, in percent of a core. */
export const idle: Measurement = async (backends) => {
  const service = await startService(await backends.settings("idle"));
  // The consumers join their groups, and the jobs run for the first time.
  await pause(15_000);
  const before = await service.cpu();
  await pause(seconds * 1000);
  const used = (await service.cpu()) - before;
  await service.stop();
  return [atMost("idle: CPU of all roles", used / (seconds * 10_000), 1.5, "% of a core")];
};
