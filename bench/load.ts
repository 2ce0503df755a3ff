import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { Program } from "./program.js";
import type { Answered, Followed, Job } from "./programs/load.js";

type Results = { readonly rush: Answered; readonly pace: Followed; readonly hold: { readonly held: number } };

/** Runs one job of the load program in a separate process, so that it does not block this event loop. */
export const load = async <K extends Job["kind"]>(job: Extract<Job, { kind: K }>): Promise<Results[K]> => {
  const child = fork(fileURLToPath(new URL("programs/load.ts", import.meta.url)), {
    execArgv: ["--import", "tsx"],
  });
  child.send(job);
  const [result] = await Promise.race([
    once(child, "message"),
    once(child, "exit").then(() => Promise.reject(new Error("the load program ended early"))),
  ]);
  if (job.kind !== "hold") child.kill();
  else holders.add(child);
  return result as Results[K];
};

const holders = new Set<ReturnType<typeof fork>>();

/** Closes the streams of all `hold` jobs. */
export const closeStreams = (): void => {
  for (const child of holders) child.kill();
  holders.clear();
};

/** Operations per second, and CPU time per operation. */
export type Speed = { readonly rate: number; readonly microseconds: number };

const connections = 128;
let shoppers = 0;

export type RushOptions = {
  readonly again?: boolean;
  readonly seconds?: number;
  readonly method?: "GET" | "POST";
};

/** Sends requests for `seconds` on 128 connections; with `again` always from the same shoppers. @throws Error if a status differs */
export const rush = async (
  program: Program,
  path: string,
  status: number,
  { again = false, seconds = 4, method = "POST" }: RushOptions = {},
): Promise<Speed & { readonly count: number; readonly p50: number; readonly p99: number }> => {
  const from = await program.cpu();
  const ask = { url: program.url.href, method, path, connections, seconds };
  const job = { kind: "rush", ...ask, first: shoppers, again } as const;
  // Reserved before the rush, because several rushes may run at the same time.
  if (!again) shoppers += 100_000 * seconds;
  const { count, elapsed, statuses, p50, p99 } = await load<"rush">(job);
  const used = (await program.cpu()) - from;
  if (statuses[status] !== count) throw new Error(`${path} returned ${JSON.stringify(statuses)} instead of ${status}`);
  return { rate: count / elapsed, microseconds: used / count, count, p50, p99 };
};
