import { randomUUID } from "node:crypto";
import {
  memoryBoardNotices,
  memoryOrderNotices,
  memoryTaskNotices,
} from "../../../src/adapters/memory/memory-notices.js";
import type { RedisClient } from "../../../src/adapters/redis/redis-client.js";
import {
  boardNoticesChannel,
  orderNoticesChannel,
  taskNoticesChannel,
} from "../../../src/adapters/redis/redis-keys.js";
import { redisBoardNotices, redisOrderNotices, redisTaskNotices } from "../../../src/adapters/redis/redis-notices.js";
import type { Notices } from "../../../src/application/ports/notices.js";
import { couponId, taskId } from "../../support/coupon-data.js";

/** Notices as the suite sees them: keys and notices of any type. */
export type AnyNotices = Notices<string, unknown>;
type OnError = (error: unknown) => void;
type RedisNotices = AnyNotices & { start(): Promise<void> };

/** One kind of notice, and its adapters. */
export type NoticeKind = {
  readonly name: string;
  readonly channel: string;
  /** A new notice, under a key that no other notice has. */
  readonly notice: () => unknown;
  readonly keyOf: (notice: unknown) => string;
  /** Values that are not notices of this kind, but look like `notice`. */
  readonly malformed: (notice: unknown) => readonly unknown[];
  readonly inMemory: (onError?: OnError) => AnyNotices;
  readonly onRedis: (client: RedisClient, onError: OnError) => RedisNotices;
};

type SettledTask = { readonly taskId: string };

const idKind = { notice: () => randomUUID(), keyOf: (id: unknown) => id as string, malformed: () => [] };

/** Every kind of notice. */
export const noticeKinds: readonly NoticeKind[] = [
  {
    name: "TaskNotices",
    channel: taskNoticesChannel,
    notice: () => ({
      taskId: taskId(randomUUID()),
      couponId: couponId("coupon"),
      position: 1,
      status: "failed",
      reason: "coupon-sold-out",
    }),
    keyOf: (task) => (task as SettledTask).taskId,
    malformed: (task) => [{ ...(task as SettledTask), status: "?" }],
    inMemory: (onError) => memoryTaskNotices(onError) as AnyNotices,
    onRedis: (client, onError) => redisTaskNotices(client, onError) as RedisNotices,
  },
  {
    name: "OrderNotices",
    channel: orderNoticesChannel,
    ...idKind,
    inMemory: (onError) => memoryOrderNotices(onError) as AnyNotices,
    onRedis: (client, onError) => redisOrderNotices(client, onError) as RedisNotices,
  },
  {
    name: "BoardNotices",
    channel: boardNoticesChannel,
    ...idKind,
    inMemory: (onError) => memoryBoardNotices(onError) as AnyNotices,
    onRedis: (client, onError) => redisBoardNotices(client, onError) as RedisNotices,
  },
];
