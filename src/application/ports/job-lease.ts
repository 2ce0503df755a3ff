/** Leases of jobs: at most one holder per job. If a holder dies, another can acquire the lease after it expires. */
export interface JobLease {
  /** Acquires or renews the lease for `ttlMs`. Returns `false` while another holder has it. */
  acquire(job: string, ttlMs: number): Promise<boolean>;
  /** Releases the lease if this holder has it. */
  release(job: string): Promise<void>;
}
