import type { JobLease } from "../application/ports/job-lease.js";

/**
 * Does the job if it is this node's turn, which lasts as long as the job does; a node that dies is followed after
 * `termMs`. The lease is kept when the job is done: the next turn is this node's as well, unless it lets go.
 */
export const leasedTurn = async (
  lease: JobLease,
  job: string,
  termMs: number,
  run: () => Promise<unknown>,
): Promise<void> => {
  if (!(await lease.acquire(job, termMs))) return;
  // One that cannot be renewed now is perhaps renewed the next time.
  const renewal = setInterval(() => void lease.acquire(job, termMs).catch(() => {}), termMs / 3);
  try {
    await run();
  } finally {
    clearInterval(renewal);
  }
};
