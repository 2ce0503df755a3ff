import type { Claim, PendingClaim } from "../../domain/coupon.js";
import { createEvent } from "../../domain/event.js";
import type { CouponId, UserId } from "../../domain/ids.js";
import { DomainError } from "../../domain/problem.js";
import type { Entry } from "../gatherer-entry.js";
import type { ClaimQueries } from "../ports/claim-queries.js";
import type { ClaimRows } from "../ports/claim-rows.js";
import type { Clock } from "../ports/clock.js";
import type { CouponQueue, Place } from "../ports/coupon-queue.js";
import type { EventBus } from "../ports/event-bus.js";

/** `accepted`: this request created the claim (202). Otherwise the claim existed before (200). */
export type ClaimResult = { readonly accepted: boolean; readonly claim: Claim };

/** A shopper's request for a coupon. */
export type ClaimRequest = Entry<UserId, ClaimResult>;

/** A request whose shopper is a member, and the member's place. */
export type PlacedRequest = { readonly request: ClaimRequest; readonly place: Place };

/** Makes the claims of placed requests durable, then requests their settlement. */
export class InsertClaims {
  private readonly rows: ClaimRows;
  private readonly claims: ClaimQueries;
  private readonly queue: CouponQueue;
  private readonly bus: EventBus;
  private readonly clock: Clock;

  constructor(rows: ClaimRows, claims: ClaimQueries, queue: CouponQueue, bus: EventBus, clock: Clock) {
    this.rows = rows;
    this.claims = claims;
    this.queue = queue;
    this.bus = bus;
    this.clock = clock;
  }

  /** Resolves every request (accepted or existing) or rejects it with `claim-not-accepted` or `resource-busy`. @throws `engine-unavailable` */
  async execute(couponId: CouponId, placed: readonly PlacedRequest[]): Promise<void> {
    if (placed.length === 0) return;
    const admitted = placed.map(({ place }) => ({ claim: pendingClaim(couponId, place), epoch: place.epoch }));
    const outcomes = await this.rows.insert(admitted);
    const inserted = admitted.flatMap(({ claim }, index) => (outcomes[index] === "inserted" ? [claim] : []));
    this.publish(inserted);
    const others: { readonly request: ClaimRequest; readonly claim: PendingClaim; readonly isKnown: boolean }[] = [];
    const contradicted = new Set<number>();
    for (const [index, { request, place }] of placed.entries()) {
      const claim = admitted[index]?.claim as PendingClaim;
      const outcome = outcomes[index];
      if (outcome === "inserted") request.resolve({ accepted: true, claim });
      else if (outcome === "busy")
        request.reject(new DomainError({ code: "resource-busy", resource: "coupons", key: couponId }));
      else others.push({ request, claim, isKnown: outcome === "known" });
      if (outcome === "refused") contradicted.add(place.epoch);
    }
    // The database contradicts the store, so the store is wrong. Dropped, it is cold and gets rebuilt.
    const drops = Promise.all([...contradicted].map((epoch) => this.queue.drop(couponId, epoch)));
    await Promise.all(
      others.map(({ request, claim, isKnown }) =>
        this.resolveExisting(request, claim, isKnown, drops).catch((error) => request.reject(error)),
      ),
    );
  }

  /** Not awaited: a slow or dead bus delays results, never the 202. The sweeper settles what the bus does not deliver. */
  private publish(claims: readonly PendingClaim[]): void {
    if (claims.length === 0) return;
    const now = this.clock.now();
    this.bus.publish(claims.map((claim) => createEvent("coupon.requested", claim, now))).catch(() => {});
  }

  private async resolveExisting(
    request: ClaimRequest,
    { couponId, userId, taskId }: PendingClaim,
    isKnown: boolean,
    drops: Promise<unknown>,
  ): Promise<void> {
    await drops;
    const [existing] = isKnown ? await this.claims.byTasks([taskId]) : [await this.claims.live(couponId, userId)];
    if (existing === undefined) request.reject(new DomainError({ code: "claim-not-accepted", couponId }));
    else request.resolve({ accepted: false, claim: existing });
  }
}

/** The claim for which a place was given. */
export const pendingClaim = (couponId: CouponId, { taskId, userId, position }: Place): PendingClaim => ({
  taskId,
  couponId,
  userId,
  position,
  status: "pending",
});
