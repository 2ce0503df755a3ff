import type { Speed } from "./load.js";

/** How fast this process does `count` things, and what CPU each takes. */
export const timed = async (count: number, work: () => Promise<void>): Promise<Speed> => {
  const [used, from] = [process.cpuUsage(), performance.now()];
  await work();
  const { user, system } = process.cpuUsage(used);
  return { rate: (1000 * count) / (performance.now() - from), microseconds: (user + system) / count };
};

/** Does what a figure asked for, answers, and waits to be ended. */
export const answerJob = <Job>(work: (job: Job) => Promise<object>): void => {
  process.once("message", async (job: Job) => process.send?.(await work(job)));
  process.once("disconnect", () => process.exit());
};
