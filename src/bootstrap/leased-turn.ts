import type { JobLease } from "../application/ports/job-lease.js";

const renewalsPerTerm = 4;

/**
 * Renews a lease that this process holds until the returned function is called.
 * @param lost called when another process holds the lease
 */
export const renewLease = (
  lease: JobLease,
  job: string,
  termMs: number,
  lost: () => void = () => {},
): (() => Promise<void>) => {
  let renewal = Promise.resolve();
  const renew = async () => {
    // While the database is unavailable no other process can take the lease either.
    const held = await lease.acquire(job, termMs).catch(() => true);
    if (!held) lost();
  };
  const timer = setInterval(() => {
    renewal = renew();
  }, termMs / renewalsPerTerm);
  return () => {
    clearInterval(timer);
    return renewal;
  };
};

/**
 * Runs a job if no other node holds its lease, and renews the lease until the job ends. If the node dies, another node
 * can take over after `termMs`. The lease is kept after the job, unless the job releases it, so the
 * same node also gets the next turn.
 */
export const leasedTurn = async (
  lease: JobLease,
  job: string,
  termMs: number,
  run: () => Promise<unknown>,
): Promise<void> => {
  if (!(await lease.acquire(job, termMs))) return;
  const stopRenewing = renewLease(lease, job, termMs);
  try {
    await run();
  } finally {
    await stopRenewing();
  }
};
