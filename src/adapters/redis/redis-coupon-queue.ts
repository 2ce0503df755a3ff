import { randomUUID } from "node:crypto";
import type {
  CouponQueue,
  Entrant,
  Join,
  Place,
  QueueCounts,
  QueueImage,
} from "../../application/ports/coupon-queue.js";
import type { CouponId, TaskId, UserId } from "../../domain/ids.js";
import type { RedisClient } from "./redis-client.js";
import { redisUnavailable } from "./redis-errors.js";
import { couponKeys, loadingKeys } from "./redis-keys.js";

/** Entrants per script: Redis serves nothing else while a script runs, and 200 entrants take less than a millisecond. */
const entrantsPerScript = 200;
/** Members per page of a load of a million: a page of 500 blocked Redis for up to 19 ms, 200 for 9, 100 for 5. */
const membersPerPage = 100;
/** TTL of a load that died. A backstop: the next load removes it where that is possible. */
const loadingSeconds = 600;

const full: Join = { kind: "full" };
const cold: Join = { kind: "cold" };

/** The queue in a coupon's store in Redis. Every step is one script. */
export class RedisCouponQueue implements CouponQueue {
  private readonly client: RedisClient;

  constructor(client: RedisClient) {
    this.client = client;
  }

  async join(couponId: CouponId, entrants: readonly Entrant[], leastEpoch: number): Promise<readonly Join[]> {
    if (entrants.length <= entrantsPerScript) return this.joinTogether(couponId, entrants, leastEpoch);
    const joins: Join[] = [];
    for (let from = 0; from < entrants.length; from += entrantsPerScript)
      joins.push(...(await this.joinTogether(couponId, entrants.slice(from, from + entrantsPerScript), leastEpoch)));
    return joins;
  }

  counts(couponIds: readonly CouponId[]): Promise<readonly (QueueCounts | null)[]> {
    // Commands that are written without waiting for each other are one round trip per node.
    return Promise.all(couponIds.map((couponId) => this.countsOf(couponId)));
  }

  async membersAfter(
    couponId: CouponId,
    epoch: number,
    position: number,
    limit: number,
  ): Promise<readonly Place[] | null> {
    const { stock, queue, tasks } = couponKeys(couponId);
    const reply = (await this.client.run("readMembers", [stock, queue, tasks], epoch, position, limit)) as
      | readonly (string | null)[]
      | null;
    if (reply === null) return null;
    const places: Place[] = [];
    for (let at = 0; at < reply.length; at += 3) {
      const [userId, taskId, place] = reply.slice(at, at + 3);
      // A member without a task: the store lacks a key, so it is cold.
      if (!userId || !taskId) return null;
      places.push({ epoch, userId: userId as UserId, taskId: taskId as TaskId, position: Number(place) });
    }
    return places;
  }

  async load(couponId: CouponId, { epoch, quantity, next, members }: QueueImage): Promise<void> {
    const loading = Object.values(loadingKeys(couponId, epoch, randomUUID()));
    let pages = 0;
    for await (const page of members)
      for (let from = 0; from < page.length; from += membersPerPage) {
        const values = page
          .slice(from, from + membersPerPage)
          .flatMap((member) => [member.userId, member.taskId, member.position]);
        pages += 1;
        assertComplete(await this.client.run("loadPage", loading, pages, loadingSeconds, ...values));
      }
    const keys = [...Object.values(couponKeys(couponId)), ...loading];
    assertComplete(await this.client.run("swapIn", keys, epoch, quantity, next, pages));
  }

  async drop(couponId: CouponId, epoch: number): Promise<void> {
    await this.client.run("dropStore", Object.values(couponKeys(couponId)), epoch);
  }

  private async joinTogether(
    couponId: CouponId,
    entrants: readonly Entrant[],
    leastEpoch: number,
  ): Promise<readonly Join[]> {
    if (entrants.length === 0) return [];
    const { stock, queue, tasks } = couponKeys(couponId);
    const args: (string | number)[] = [leastEpoch];
    for (const { userId, taskId } of entrants) args.push(userId, taskId);
    const reply = (await this.client.run("joinQueue", [stock, queue, tasks], ...args)) as
      | readonly [epoch: number, ...places: (number | readonly [TaskId, number])[]]
      | null;
    if (reply === null) return entrants.map(() => cold);
    const [epoch, ...places] = reply;
    return entrants.map(({ userId, taskId }, index): Join => {
      const place = places[index] ?? 0;
      if (place === 0) return full;
      if (typeof place === "number") return { kind: "admitted", epoch, userId, taskId, position: place };
      const [carried, position] = place;
      return { kind: carried === taskId ? "admitted" : "already-in", epoch, userId, taskId: carried, position };
    });
  }

  private async countsOf(couponId: CouponId): Promise<QueueCounts | null> {
    const reply = await this.client.run("readCounts", Object.values(couponKeys(couponId)));
    if (reply === null) return null;
    const [epoch, quantity, next, members, taken] = (reply as readonly (string | number)[]).map(Number);
    return { epoch, quantity, next, members, taken } as QueueCounts;
  }
}

/** @throws DomainError `engine-unavailable` if Redis lost a part of the load, so that the caller rebuilds again */
const assertComplete = (reply: unknown): void => {
  if (reply === 0) throw redisUnavailable(new Error("Redis lost a part of the store while it was loaded"));
};
