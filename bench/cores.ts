import { spawnSync } from "node:child_process";
import { availableParallelism } from "node:os";

const canPin = availableParallelism() > 1 && spawnSync("taskset", ["--version"]).status === 0;

/** A command on the core of what is measured; as it is where cores cannot be chosen. */
export const onMeasuredCore = (command: readonly string[]): readonly string[] =>
  canPin ? ["taskset", "-c", "0", ...command] : command;

/** Moves this process, and with it all that it starts from now on, off the core of what is measured. */
export const leaveMeasuredCore = (): void => {
  if (canPin) spawnSync("taskset", ["-a", "-p", "-c", "1", String(process.pid)]);
};
