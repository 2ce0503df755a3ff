import { spawnSync } from "node:child_process";
import { availableParallelism } from "node:os";

const canPin = availableParallelism() > 1 && spawnSync("taskset", ["--version"]).status === 0;

/** Returns the command on the measured core, or unchanged if cores cannot be chosen. */
export const onMeasuredCore = (command: readonly string[]): readonly string[] =>
  canPin ? ["taskset", "-c", "0", ...command] : command;

/** Moves this process and everything that it starts from now on to the other core. */
export const leaveMeasuredCore = (): void => {
  if (canPin) spawnSync("taskset", ["-a", "-p", "-c", "1", String(process.pid)]);
};
