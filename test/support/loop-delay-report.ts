import { appendFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";

declare module "vitest" {
  interface ProvidedContext {
    /** The file in which the workers of a test run collect the delays of all services. */
    loopDelayFile?: string;
  }
}

/** Vitest's global set-up: prints the longest delay of an event loop in all services of the run. */
export default function reportLoopDelays(project: TestProject): () => void {
  const folder = mkdtempSync(join(tmpdir(), "rushboard-loop-"));
  const file = join(folder, "delays");
  project.provide("loopDelayFile", file);
  appendFileSync(file, "");
  return () => {
    const delays = readFileSync(file, "utf8")
      .split("\n")
      .filter(Boolean)
      .map(Number)
      .sort((a, b) => a - b);
    rmSync(folder, { recursive: true });
    const at = (part: number) => Math.round(delays[Math.floor((delays.length - 1) * part)] ?? 0);
    if (delays.length > 0)
      console.log(
        `Longest event-loop delay of each of ${delays.length} services: median ${at(0.5)} ms, p90 ${at(0.9)} ms, maximum ${at(1)} ms`,
      );
  };
}
