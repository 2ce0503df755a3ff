import { expect } from "vitest";
import { MemoryBoards, MemorySalesBoard } from "../../../src/adapters/memory/memory-sales-board.js";
import { parseRedisAddress } from "../../../src/adapters/redis/redis-address.js";
import { openRedis } from "../../../src/adapters/redis/redis-client.js";
import { openConnection } from "../../../src/adapters/redis/redis-connection.js";
import { salesBoardKey } from "../../../src/adapters/redis/redis-keys.js";
import { RedisSalesBoard } from "../../../src/adapters/redis/redis-sales-board.js";
import type { FillToken, ProductTotal, SalesBoard } from "../../../src/application/ports/sales-board.js";
import { type BusinessDay, plusDays } from "../../../src/domain/business-day.js";
import type { ProductId } from "../../../src/domain/ids.js";
import { boardOf, type SalesWindow, type WindowBoard } from "../../../src/domain/sales-window.js";
import { backendUrls } from "../../support/backends.js";

export type BoardsUnderTest = {
  readonly board: SalesBoard;
  /** Deletes a board without the adapter. */
  lose(board: WindowBoard): Promise<unknown>;
};
export type Clauses = Readonly<Record<string, (under: BoardsUnderTest) => Promise<void>>>;

type Backend = {
  readonly name: string;
  readonly live: boolean;
  open(): Promise<BoardsUnderTest & { close(): Promise<void> }>;
};

export const openMemoryBoards = (boards = new MemoryBoards()) => ({
  board: new MemorySalesBoard(boards) as SalesBoard,
  lose: async (board: WindowBoard) => boards.delete(board),
  close: async () => {},
});

/** The adapter on Redis, and a second connection that changes keys without the adapter. */
export const openRedisBoards = async (address: string) => {
  const client = openRedis(address);
  const raw = openConnection(parseRedisAddress(address));
  raw.on("error", () => {});
  await Promise.all([client.start(), raw.connect()]);
  return {
    board: new RedisSalesBoard(client) as SalesBoard,
    raw,
    lose: (board: WindowBoard) => raw.del(salesBoardKey(board)),
    close: async () => {
      await client.stop();
      raw.disconnect();
    },
  };
};
export type RedisBoards = Awaited<ReturnType<typeof openRedisBoards>>;

/** Redis and Redis Cluster, if they are available. */
export const redisBackends = [
  { name: "Redis", live: backendUrls.redis !== undefined, open: () => openRedisBoards(backendUrls.redis ?? "") },
  {
    name: "Redis Cluster",
    live: backendUrls.redisCluster !== undefined,
    open: () => openRedisBoards(backendUrls.redisCluster ?? ""),
  },
] as const satisfies readonly Backend[];

export const boardBackends: readonly Backend[] = [
  { name: "memory", live: true, open: async () => openMemoryBoards() },
  ...redisBackends,
];

/** Returns a board that no other test uses, so that suites can share a Redis. Its day is far in the future: no expiry. */
export const freshBoard = (window: Exclude<SalesWindow, "all"> = "3d"): WindowBoard => {
  freshDays += 1;
  return boardOf(window, plusDays("2200-01-01" as BusinessDay, freshDays));
};
/** The number of the last unused day. It starts at random, because test files run in parallel. */
let freshDays = Math.floor(Math.random() * 2_000_000);

export const product = (n: number | string) => `p-${n}` as ProductId;
export const total = (n: number | string, quantity: number): ProductTotal => ({ productId: product(n), quantity });

/** Begins to fill a cold board. */
export const begun = async ({ board }: BoardsUnderTest, on: WindowBoard): Promise<FillToken> => {
  const token = await board.beginFill(on);
  if (token === null) throw new Error("the board is ready");
  return token;
};

/** Fills a board with totals and makes it ready. */
export const filled = async (
  under: BoardsUnderTest,
  totals: readonly ProductTotal[],
  on: WindowBoard = freshBoard(),
) => {
  const token = await begun(under, on);
  await under.board.raise(on, totals);
  expect(await under.board.finishFill(on, token)).toBe(true);
  return on;
};

/** Reads a board as `[product, quantity]` by rank, or `null` if it is cold. */
export const listOf = async ({ board }: BoardsUnderTest, on: WindowBoard) =>
  (await board.top(on, 10_000))?.map(({ productId, quantity }) => [productId, quantity]) ?? null;

/** Ranks totals as a board does. */
export const ranked = (totals: readonly ProductTotal[]) =>
  totals
    .filter(({ quantity }) => quantity > 0)
    .map(({ productId, quantity }) => [productId, quantity] as const)
    .sort(([a, m], [b, n]) => n - m || Buffer.compare(Buffer.from(b), Buffer.from(a)));
