import { spawnSync } from "node:child_process";

/** Returns the Node that runs the measured programs: that of this process, or the one of `useNode`. */
export const measuredNode = (): string => process.env.BENCH_NODE_PATH ?? process.execPath;

/** Downloads a version of Node as an npm package, and uses it for the measured programs from now on. */
export const useNode = (version: string): void => {
  const system = process.platform === "win32" ? "win" : process.platform;
  const node = ["exec", "--yes", `--package=node-${system}-${process.arch}@${version}`, "--", "node"];
  const { status, stdout, stderr } = spawnSync("npm", [...node, "-p", "process.execPath"], { encoding: "utf8" });
  if (status !== 0) throw new Error(`Node ${version} is not available: ${stderr}`);
  process.env.BENCH_NODE_PATH = stdout.trim();
};
