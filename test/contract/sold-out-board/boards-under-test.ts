import { Cluster } from "ioredis";
import { MemorySoldOutBoard } from "../../../src/adapters/memory/memory-sold-out-board.js";
import { parseRedisAddress } from "../../../src/adapters/redis/redis-address.js";
import { openRedis } from "../../../src/adapters/redis/redis-client.js";
import { openConnection } from "../../../src/adapters/redis/redis-connection.js";
import { RedisSoldOutBoard } from "../../../src/adapters/redis/redis-sold-out-board.js";
import type { Clock } from "../../../src/application/ports/clock.js";
import type { SoldOutBoard, Written } from "../../../src/application/ports/sold-out-board.js";
import type { BusinessWeek } from "../../../src/domain/business-day.js";
import type { ConcertId, ScheduleId } from "../../../src/domain/ids.js";
import { type Board, fastestBoard, type SellOut } from "../../../src/domain/sold-out.js";
import { compareSellOuts, type ScorePolicy } from "../../../src/domain/sold-out-score.js";
import type { EpochMs } from "../../../src/domain/time.js";
import { startRedis, startRedisCluster } from "../../support/backend-servers/redis.js";
import { backendUrls } from "../../support/backends.js";

/** The boards, through the adapters of two nodes. */
export type BoardsUnderTest = {
  readonly board: SoldOutBoard;
  readonly other: SoldOutBoard;
  /** Deletes all boards without the adapters. */
  lose(): Promise<unknown>;
};
/** Clauses that run on the board of all time and on a weekly board. */
export type Clauses = Readonly<Record<string, (under: BoardsUnderTest, on: Board) => Promise<void>>>;

const realClock: Clock = { now: () => Date.now() as EpochMs };

/** The memory adapter. It loses its boards when the process ends. */
export const openMemoryBoards = (make: (clock: Clock) => SoldOutBoard = (clock) => new MemorySoldOutBoard(clock)) => {
  let board = make(realClock);
  return {
    get board() {
      return board;
    },
    get other() {
      return board;
    },
    lose: async () => {
      board = make(realClock);
    },
    close: async () => {},
  };
};

/** The Redis adapter on two connections, and a third connection that changes keys without the adapter. */
const openRedisBoards = async (address: string) => {
  const clients = [openRedis(address), openRedis(address)] as const;
  const raw = openConnection(parseRedisAddress(address));
  await Promise.all([...clients.map((client) => client.start()), raw.connect()]);
  const masters = raw instanceof Cluster ? raw.nodes("master") : [raw];
  const lose = () => Promise.all(masters.map((node) => node.flushall()));
  return {
    board: new RedisSoldOutBoard(clients[0]),
    other: new RedisSoldOutBoard(clients[1]),
    raw,
    lose,
    close: async () => {
      await Promise.all(clients.map((client) => client.stop()));
      raw.disconnect();
    },
  };
};
export type RedisBoards = Awaited<ReturnType<typeof openRedisBoards>>;

/** Redis servers of this suite, because each has only one board of all time. */
export const redisBackends = [
  {
    name: "Redis",
    live: backendUrls.redis !== undefined,
    start: async () => onServer(await startRedis()),
  },
  {
    name: "Redis Cluster",
    live: backendUrls.redisCluster !== undefined,
    start: async () => onServer(await startRedisCluster()),
  },
] as const;

const onServer = async (server: { readonly url: string; stop(): Promise<void> }) => {
  const boards = await openRedisBoards(server.url);
  return {
    ...boards,
    close: async () => {
      await boards.close();
      await server.stop();
    },
  };
};

export const boardBackends = [
  { name: "memory", live: true, start: async () => openMemoryBoards() },
  ...redisBackends,
] as const;

/** A time that no test reaches. */
const farAway = Date.UTC(2100, 0, 1, 12) as EpochMs;

export const weekBoard = (week: string, keptUntil: EpochMs = farAway): Board => ({
  name: "weekly",
  week: week as BusinessWeek,
  keptUntil,
});

/** Both kinds of board. */
export const boards: readonly (readonly [name: string, Board])[] = [
  ["of all time", fastestBoard],
  ["of a week", weekBoard("2026-W47")],
];

const opening = Date.UTC(2026, 10, 16, 1);

/** A sell-out named after its number `n`. It took `n` seconds, unless the options say otherwise. */
export const sold = (
  n: number | string,
  { seats = 100, elapsed = Number(n) * 1000, later = 0, concert = "c" } = {},
): SellOut => ({
  concertId: concert as ConcertId,
  scheduleId: `s${n}` as ScheduleId,
  seats,
  salesOpenAt: (opening + later) as EpochMs,
  soldOutAt: (opening + later + elapsed) as EpochMs,
});

/** The sell-outs `first` to `last`, fastest first. */
export const soldFrom = (first: number, last: number): readonly SellOut[] =>
  Array.from({ length: last - first + 1 }, (_, index) => sold(first + index));

/** The ids of their schedules. */
export const namesOf = (sellOuts: readonly SellOut[]) => sellOuts.map(({ scheduleId }) => scheduleId);

/** The ids that a board contains if these are all the sell-outs. */
export const bestOf = (policy: ScorePolicy, sellOuts: readonly SellOut[]) =>
  namesOf([...sellOuts].sort(compareSellOuts(policy)).slice(0, 50));

/** Rebuilds a board without concurrent sell-outs. */
export const rebuilt = async (
  { board }: BoardsUnderTest,
  on: Board,
  sellOuts: readonly SellOut[],
  policy: ScorePolicy = "tiered",
): Promise<Written> => board.write(on, policy, sellOuts, await board.version(on));
