import type { JobLease } from "../application/ports/job-lease.js";

const job = "embedded";
/** A dead holder's lease delays a restart by no more than this, in ms; the contract allows ten seconds. */
const termMs = 8000;
const renewMs = 2000;

/** `host/pid/id`: enough for another process on the host to see whether the holder still runs. */
export const holderName = (host: string, pid: number, id: string): string => `${host}/${pid}/${id}`;

/** Whether a holder is known to run no more: it ran on this host, and its process is gone or has become ours. */
export const holderIsDead = (holder: string, host: string, pid: number): boolean => {
  const [itsHost, itsPid] = holder.split("/");
  if (itsHost !== host) return false;
  if (Number(itsPid) === pid) return true;
  try {
    process.kill(Number(itsPid), 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ESRCH";
  }
};

/** Another process serves this database already. */
export class LeaseHeld extends Error {}

/** Keeps a second process off an embedded database, for whose queues live in one process's memory. */
export class ProcessLease {
  private timer: NodeJS.Timeout | undefined;
  private readonly lease: JobLease;
  private readonly lost: () => void;

  /** @param lost called when somebody else has taken the lease, which means that this process must end */
  constructor(lease: JobLease, lost: () => void) {
    this.lease = lease;
    this.lost = lost;
  }

  /** Waits for a dead holder's term to run out. @throws LeaseHeld where the holder lives on */
  async start(): Promise<void> {
    const deadline = Date.now() + termMs + renewMs;
    while (!(await this.lease.acquire(job, termMs))) {
      if (Date.now() > deadline)
        throw new LeaseHeld("another process serves this database; without REDIS_URL there can be only one");
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
    this.timer = setInterval(() => this.renew(), renewMs);
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.lease.release(job);
  }

  private async renew(): Promise<void> {
    // Where the database is away nobody else can take the lease either.
    const held = await this.lease.acquire(job, termMs).catch(() => true);
    if (!held) this.lost();
  }
}
