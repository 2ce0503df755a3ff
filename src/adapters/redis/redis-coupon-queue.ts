import { randomUUID } from "node:crypto";
import type { CouponQueue, Join, Place, QueueFigures, QueueImage } from "../../application/ports/coupon-queue.js";
import type { CouponId, TaskId, UserId } from "../../domain/ids.js";
import type { RedisClient } from "./redis-client.js";
import { redisUnavailable } from "./redis-errors.js";
import { couponKeys, loadingKeys } from "./redis-keys.js";

/** Members a command of a load of a million: 500 kept Redis for up to 19 ms, 200 for 9, 100 for 5. */
const membersAPage = 100;
/** What a load that died leaves behind goes after this; a backstop, for it is let go at once where that is possible. */
const loadingSeconds = 600;

/** The queue in a coupon's store in Redis; every step is one script. */
export class RedisCouponQueue implements CouponQueue {
  private readonly client: RedisClient;

  constructor(client: RedisClient) {
    this.client = client;
  }

  async join(couponId: CouponId, userId: UserId, taskId: TaskId, leastEpoch: number): Promise<Join> {
    const { stock, queue, tasks } = couponKeys(couponId);
    const answer = await this.client.run("joinQueue", [stock, queue, tasks], userId, taskId, leastEpoch);
    if (answer === 0) return { kind: "full" };
    const [epoch, task, position] = (answer ?? []) as readonly (string | null)[];
    if (!epoch || !task || !position) return { kind: "cold" };
    const kind = task === taskId ? "admitted" : "already-in";
    return { kind, epoch: Number(epoch), userId, taskId: task as TaskId, position: Number(position) };
  }

  figures(couponIds: readonly CouponId[]): Promise<readonly (QueueFigures | null)[]> {
    // Written one after the other without waiting, these are one round trip to each node.
    return Promise.all(couponIds.map((couponId) => this.figuresOf(couponId)));
  }

  async membersAfter(
    couponId: CouponId,
    epoch: number,
    position: number,
    limit: number,
  ): Promise<readonly Place[] | null> {
    const { stock, queue, tasks } = couponKeys(couponId);
    const answer = (await this.client.run("readMembers", [stock, queue, tasks], epoch, position, limit)) as
      | readonly (string | null)[]
      | null;
    if (answer === null) return null;
    const places: Place[] = [];
    for (let at = 0; at < answer.length; at += 3) {
      const [userId, taskId, place] = answer.slice(at, at + 3);
      // A member without a task: the store is short of a key, hence cold.
      if (!userId || !taskId) return null;
      places.push({ epoch, userId: userId as UserId, taskId: taskId as TaskId, position: Number(place) });
    }
    return places;
  }

  async load(couponId: CouponId, { epoch, quantity, next, members }: QueueImage): Promise<void> {
    const loading = Object.values(loadingKeys(couponId, epoch, randomUUID()));
    let pages = 0;
    for await (const page of members)
      for (let from = 0; from < page.length; from += membersAPage) {
        const facts = page
          .slice(from, from + membersAPage)
          .flatMap((each) => [each.userId, each.taskId, each.position]);
        pages += 1;
        kept(await this.client.run("loadPage", loading, pages, loadingSeconds, ...facts));
      }
    const keys = [...Object.values(couponKeys(couponId)), ...loading];
    kept(await this.client.run("swapIn", keys, epoch, quantity, next, pages));
  }

  async drop(couponId: CouponId, epoch: number): Promise<void> {
    await this.client.run("dropStore", Object.values(couponKeys(couponId)), epoch);
  }

  private async figuresOf(couponId: CouponId): Promise<QueueFigures | null> {
    const answer = await this.client.run("readFigures", Object.values(couponKeys(couponId)));
    if (answer === null) return null;
    const [epoch, quantity, next, members, taken] = (answer as readonly (string | number)[]).map(Number);
    return { epoch, quantity, next, members, taken } as QueueFigures;
  }
}

/** Redis lost what it had been given: as if it had been away meanwhile, and the caller builds anew. */
const kept = (answer: unknown): void => {
  if (answer === 0) throw redisUnavailable(new Error("Redis lost a part of the store while it was loaded"));
};
