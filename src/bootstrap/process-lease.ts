import { setTimeout as sleep } from "node:timers/promises";
import type { JobLease } from "../application/ports/job-lease.js";
import { renewLease } from "./leased-turn.js";

const job = "embedded";
/** The contract: a dead holder's lease delays a restart by at most 10 s. */
const termMs = 8000;
const longestWaitMs = 10_000;
const retryMs = 250;

/** Returns `host/pid/id`, from which another process on the host can see whether the holder still runs. */
export const holderName = (host: string, pid: number, id: string): string => `${host}/${pid}/${id}`;

/** Whether a holder is known to have ended: it ran on this host, and its process id is free or is now this process. */
export const holderIsDead = (holder: string, host: string, pid: number): boolean => {
  const [holderHost, holderPid] = holder.split("/");
  if (holderHost !== host) return false;
  if (Number(holderPid) === pid) return true;
  try {
    process.kill(Number(holderPid), 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ESRCH";
  }
};

/** Another process uses this database already. */
export class LeaseHeld extends Error {}

/** Keeps a second process from using an embedded database, because its queues are in the memory of one process. */
export class ProcessLease {
  private stopRenewing: (() => Promise<void>) | undefined;
  private readonly lease: JobLease;
  private readonly lost: () => void;

  /** @param lost called when another process has taken the lease: this process must end */
  constructor(lease: JobLease, lost: () => void) {
    this.lease = lease;
    this.lost = lost;
  }

  /** Waits for the lease of a dead holder to expire. @throws LeaseHeld if the holder still renews it */
  async start(): Promise<void> {
    const deadline = performance.now() + longestWaitMs;
    while (!(await this.lease.acquire(job, termMs))) {
      if (performance.now() > deadline)
        throw new LeaseHeld("another process uses this database: without REDIS_URL only one process may run");
      await sleep(retryMs);
    }
    this.stopRenewing = renewLease(this.lease, job, termMs, this.lost);
  }

  async stop(): Promise<void> {
    await this.stopRenewing?.();
    await this.lease.release(job);
  }
}
