import { EdgeProblem } from "./problem-json.js";

/** Twice the rate at once: a full bucket is two seconds' worth, and an untouched one is full again after these. */
const burstMs = 2000;
/** Shoppers held a generation; in a greater rush the oldest are forgotten early, which only lets more through. */
const mostShoppers = 100_000;

/**
 * A token bucket a shopper, in this process: one number each (the instant at which the bucket is full again),
 * and memory for no more than two generations of two seconds.
 */
export class RateLimit {
  private young = new Map<string, number>();
  private old = new Map<string, number>();
  private turnedAt = 0;
  private readonly perSecond: number;

  /** `perSecond` 0 lets everything through. */
  constructor(perSecond: number) {
    this.perSecond = perSecond;
  }

  /** Counts one request of the shopper at `now` (monotonic ms). @throws EdgeProblem `too-many-requests`. */
  take(shopper: string, now: number): void {
    if (this.perSecond === 0) return;
    if (now - this.turnedAt >= burstMs || this.young.size >= mostShoppers) {
      this.old = this.young;
      this.young = new Map();
      this.turnedAt = now;
    }
    const costMs = 1000 / this.perSecond;
    const fullAt = Math.max(now, this.young.get(shopper) ?? this.old.get(shopper) ?? now) + costMs;
    // The thousandth of a millisecond forgives rounding.
    const waitMs = fullAt - now - burstMs - 0.001;
    if (waitMs > 0) throw this.refusal(Math.ceil(waitMs / 1000));
    this.young.set(shopper, fullAt);
  }

  private refusal(waitSeconds: number): EdgeProblem {
    return new EdgeProblem("too-many-requests", {}, [
      "RateLimit-Policy",
      `"shopper";q=${this.perSecond};w=1`,
      "RateLimit",
      `"shopper";r=0;t=${waitSeconds}`,
      "Retry-After",
      String(waitSeconds),
    ]);
  }
}
