import type { Coupon } from "../../domain/coupon.js";
import type { CouponId, TaskId, UserId } from "../../domain/ids.js";
import { DomainError } from "../../domain/problem.js";
import type { ClaimQueries } from "../ports/claim-queries.js";
import type { Clock } from "../ports/clock.js";
import type { CouponQueue, Entrant, Join } from "../ports/coupon-queue.js";
import type { CouponStock } from "../ports/coupon-stock.js";
import type { NewId } from "../ports/new-id.js";
import type { ClaimRequest, InsertClaims, PlacedRequest } from "./insert-claims.js";
import type { RebuildQueue } from "./rebuild-queue.js";
import { RecentRefusals } from "./recent-refusals.js";

/** What a batch of claims passes through. */
export type AdmissionNeeds = {
  readonly queue: CouponQueue;
  readonly stock: CouponStock;
  readonly claims: ClaimQueries;
  readonly rebuild: RebuildQueue;
  readonly insert: InsertClaims;
};

/** Brings a batch of requests for one coupon through its queue, rebuilding a cold one, and into the database. */
export class AdmitClaims {
  private readonly refusals = new RecentRefusals();
  private readonly needs: AdmissionNeeds;
  private readonly clock: Clock;
  private readonly newId: NewId;

  constructor(needs: AdmissionNeeds, clock: Clock, newId: NewId) {
    this.needs = needs;
    this.clock = clock;
    this.newId = newId;
  }

  /** Returns the error for a shopper whom the queue has refused within the last second. */
  recentRefusal(couponId: CouponId, userId: UserId): DomainError | undefined {
    return this.refusals.find(couponId, userId, this.clock.now());
  }

  /** Whether claims wait until this process has rebuilt the coupon's store. */
  isRebuilding(couponId: CouponId): boolean {
    return this.needs.rebuild.isRunning(couponId);
  }

  /** Resolves or rejects every request of the batch. @throws DomainError `engine-unavailable` */
  async execute(coupon: Coupon, requests: readonly ClaimRequest[]): Promise<void> {
    const { couponId } = coupon;
    const failed = await this.admit(coupon, requests);
    if (failed.length === 0) return;
    const places = failed.map(({ place }) => place);
    await this.needs.stock.giveBack(couponId, places);
    const again = failed.map(({ request }) => request);
    for (const { request } of await this.admit(coupon, again)) request.reject(notAccepted(couponId));
  }

  /** Returns the requests whose shopper's member carries a failed claim; resolves or rejects all others. */
  private async admit(coupon: Coupon, requests: readonly ClaimRequest[]): Promise<readonly PlacedRequest[]> {
    const { couponId } = coupon;
    const entrants = requests.map(({ item }) => ({ userId: item, taskId: this.newId() as TaskId }));
    const joins = await this.join(couponId, entrants);
    const admitted: PlacedRequest[] = [];
    const members: PlacedRequest[] = [];
    for (const [index, request] of requests.entries()) {
      const join = joins[index];
      if (join === undefined || join.kind === "cold") request.reject(notAccepted(couponId));
      else if (join.kind === "full") request.reject(this.refusals.add(coupon, request.item, this.clock.now()));
      else {
        this.refusals.remove(couponId, request.item);
        (join.kind === "admitted" ? admitted : members).push({ request, place: join });
      }
    }
    await this.needs.insert.execute(couponId, admitted);
    // Read after this batch's rows were inserted, because a shopper may have clicked twice within the batch.
    return members.length === 0 ? [] : this.resolveMembers(couponId, members);
  }

  private async join(couponId: CouponId, entrants: readonly Entrant[]): Promise<readonly Join[]> {
    const { queue, rebuild } = this.needs;
    const join = () => queue.join(couponId, entrants, rebuild.knownEpoch(couponId));
    const joins = await join();
    return joins.some(({ kind }) => kind === "cold") && (await rebuild.execute(couponId)) ? join() : joins;
  }

  private async resolveMembers(
    couponId: CouponId,
    members: readonly PlacedRequest[],
  ): Promise<readonly PlacedRequest[]> {
    const claims = await this.needs.claims.byTasks(members.map(({ place }) => place.taskId));
    const byTask = new Map(claims.map((claim) => [claim.taskId, claim]));
    const withoutRow: PlacedRequest[] = [];
    const failed: PlacedRequest[] = [];
    for (const member of members) {
      const claim = byTask.get(member.place.taskId);
      if (claim === undefined) withoutRow.push(member);
      else if (claim.status === "failed") failed.push(member);
      else member.request.resolve({ accepted: false, claim });
    }
    await this.needs.insert.execute(couponId, withoutRow);
    return failed;
  }
}

const notAccepted = (couponId: CouponId) => new DomainError({ code: "claim-not-accepted", couponId });
