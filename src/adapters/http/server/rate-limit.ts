import { EdgeProblem } from "./problem-json.js";

/** The burst is twice the rate: an unused bucket holds the requests of two seconds, and is full again after those. */
const burstMs = 2000;
/** Shoppers per generation. In a larger rush the oldest are dropped early, which only admits more requests. */
const maxShoppers = 100_000;

/**
 * One token bucket per shopper, in this process. A bucket is one number, the instant at which it is full again; at most
 * two generations of two seconds are kept.
 */
export class RateLimit {
  private young = new Map<string, number>();
  private old = new Map<string, number>();
  private turnedAt = 0;
  private readonly perSecond: number;

  /** `perSecond` 0 turns the limit off. */
  constructor(perSecond: number) {
    this.perSecond = perSecond;
  }

  /** Counts one request of the shopper at `now` (monotonic ms). @throws EdgeProblem `too-many-requests` */
  take(shopper: string, now: number): void {
    if (this.perSecond === 0) return;
    if (now - this.turnedAt >= burstMs || this.young.size >= maxShoppers) {
      this.old = this.young;
      this.young = new Map();
      this.turnedAt = now;
    }
    const costMs = 1000 / this.perSecond;
    const fullAt = Math.max(now, this.young.get(shopper) ?? this.old.get(shopper) ?? now) + costMs;
    // A thousandth of a millisecond covers rounding errors.
    const waitMs = fullAt - now - burstMs - 0.001;
    if (waitMs > 0) throw this.exceeded(Math.ceil(waitMs / 1000));
    this.young.set(shopper, fullAt);
  }

  private exceeded(waitSeconds: number): EdgeProblem {
    return new EdgeProblem("too-many-requests", {
      detail: `You may send ${this.perSecond} such requests per second and at most ${2 * this.perSecond} in one burst.`,
      headers: [
        "RateLimit-Policy",
        `"shopper";q=${this.perSecond};w=1`,
        "RateLimit",
        `"shopper";r=0;t=${waitSeconds}`,
        "Retry-After",
        String(waitSeconds),
      ],
    });
  }
}
