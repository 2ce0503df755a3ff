import type { Speed } from "./load.js";

/** Measures `count` operations in this process. */
export const timed = async (count: number, work: () => Promise<void>): Promise<Speed> => {
  const [used, from] = [process.cpuUsage(), performance.now()];
  await work();
  const { user, system } = process.cpuUsage(used);
  return { rate: (1000 * count) / (performance.now() - from), microseconds: (user + system) / count };
};

/** Runs the job that the parent process sends, sends its result back, and waits for the end. */
export const answerJob = <Job>(work: (job: Job) => Promise<object>): void => {
  process.once("message", async (job: Job) => process.send?.(await work(job)));
  process.once("disconnect", () => process.exit());
};
