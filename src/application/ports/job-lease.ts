/** Lets one holder at a time do a job; a holder that dies is followed after the lease's term. */
export interface JobLease {
  /** Takes or renews the lease for `ttlMs`; `false` while somebody else holds it. */
  acquire(job: string, ttlMs: number): Promise<boolean>;
  /** Lets go of it, if it is ours. */
  release(job: string): Promise<void>;
}
