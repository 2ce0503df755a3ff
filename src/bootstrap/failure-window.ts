import type { BackendFault } from "../domain/backend-fault.js";

const stepMs = 500;
/** 3 s: the readiness must change back within 5 s, and requests that failed last may have waited 2 s. */
const steps = 6;

type Counts = { succeeded: number; failed: number };

/** Faults of a single request, lock or connection. They are no fault of a backend until most of its uses fail. */
const isOfOneUse = (fault: BackendFault): boolean => fault === "slow" || fault === "busy" || fault === "unreachable";

/**
 * The uses of one kind in the last three seconds. The kind is failing from the first failure that is about the whole
 * backend (read-only, disk full, login refused), or when a tenth of the uses finds the backend unreachable, until three
 * seconds pass without a failure.
 */
export class FailureWindow {
  private readonly counts = new Map<number, Counts>();
  private fault: BackendFault | undefined;

  /** @param now milliseconds */
  add(fault: BackendFault | undefined, now: number): void {
    if (fault === "slow" || fault === "busy") return;
    const step = Math.floor(now / stepMs);
    const current = this.counts.get(step) ?? { succeeded: 0, failed: 0 };
    this.counts.set(step, current);
    this.forget(step);
    if (fault === undefined) {
      current.succeeded += 1;
      return;
    }
    current.failed += 1;
    const { succeeded, failed } = this.sum();
    if (!isOfOneUse(fault) || (failed > 1 && failed * 10 >= succeeded + failed)) this.fault = fault;
  }

  /** Returns why this kind is failing, if it is. @param now milliseconds */
  current(now: number): BackendFault | undefined {
    this.forget(Math.floor(now / stepMs));
    if (this.sum().failed === 0) this.fault = undefined;
    return this.fault;
  }

  private sum(): Counts {
    const sum = { succeeded: 0, failed: 0 };
    for (const { succeeded, failed } of this.counts.values()) {
      sum.succeeded += succeeded;
      sum.failed += failed;
    }
    return sum;
  }

  private forget(step: number): void {
    for (const old of this.counts.keys()) if (old <= step - steps) this.counts.delete(old);
  }
}
