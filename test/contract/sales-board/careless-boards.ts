import { MemoryRankings, MemorySalesBoard } from "../../../src/adapters/memory/memory-sales-board.js";
import type { RedisClient } from "../../../src/adapters/redis/redis-client.js";
import { RedisSalesBoard } from "../../../src/adapters/redis/redis-sales-board.js";
import { redisScripts, type ScriptName } from "../../../src/adapters/redis/redis-scripts.js";
import type { SalesBoard } from "../../../src/application/ports/sales-board.js";
import type { BoardsUnderTest, RedisBoards } from "./boards-under-test.js";

/** A right board, of which a twin gets something wrong. */
type Right = { readonly rankings: MemoryRankings; readonly right: SalesBoard };

const twins = {
  "adds totals instead of raising to them": ({ rankings }) => ({
    raise: async (board, totals) => {
      const ranking = rankings.of(board);
      for (const { productId, quantity } of totals)
        ranking.set({ productId, quantity: (ranking.score(productId) ?? 0) + quantity });
    },
  }),
  "writes whatever total comes": ({ rankings }) => ({
    raise: async (board, totals) => {
      for (const each of totals) rankings.of(board).set(each);
    },
  }),
  "sets the marker first": ({ right }) => ({
    beginFill: async (board) => {
      const token = await right.beginFill(board);
      if (token !== null) await right.finishFill(board, token);
      return token;
    },
  }),
  "is ready when it is told so": ({ rankings }) => ({
    finishFill: async (board, token) => {
      rankings.of(board).marker = { token, ready: true };
      return true;
    },
  }),
  "lets whoever comes finish": ({ rankings, right }) => ({
    finishFill: async (board, token) => right.finishFill(board, rankings.find(board)?.marker?.token ?? token),
  }),
  "begins anew on a ready board": ({ rankings, right }) => ({
    beginFill: (board) => {
      rankings.of(board).marker = null;
      return right.beginFill(board);
    },
  }),
  "takes a missing board for an empty one": ({ right }) => ({
    top: async (board, limit) => (await right.top(board, limit)) ?? [],
  }),
  "shows what it has": ({ rankings }) => ({
    top: async (board, limit) =>
      rankings
        .of(board)
        .top(limit)
        .map((each, index) => ({ ...each, rank: index + 1 })),
  }),
  "counts its marker as the first": ({ right }) => ({
    ranks: async (board, productIds) => {
      const ranks = await right.ranks(board, productIds);
      return ranks && new Map([...ranks].map(([productId, rank]) => [productId, rank + 1]));
    },
  }),
  "puts the smaller id first": ({ right }) => ({
    top: async (board, limit) => {
      const all = await right.top(board, Number.MAX_SAFE_INTEGER);
      const sorted = all?.toSorted((a, b) => b.quantity - a.quantity || (a.productId < b.productId ? -1 : 1));
      return sorted?.slice(0, limit).map((each, index) => ({ ...each, rank: index + 1 })) ?? null;
    },
  }),
  "lowers whatever stands": ({ rankings }) => ({
    lower: async (board, corrections) => {
      for (const { productId, quantity } of corrections) rankings.of(board).set({ productId, quantity });
    },
  }),
  "lets go of nothing": () => ({ remove: async () => {} }),
} satisfies Readonly<Record<string, (right: Right) => Partial<SalesBoard>>>;

export type CarelessBoard = keyof typeof twins;

/** Known-wrong twins in memory: the suite must reject each. */
export const carelessBoard = (carelessness: CarelessBoard): BoardsUnderTest => {
  const rankings = new MemoryRankings();
  const right = new MemorySalesBoard(rankings);
  const wrong: Partial<SalesBoard> = twins[carelessness]({ rankings, right });
  const board = new Proxy<SalesBoard>(right, {
    get: (target, name) => Reflect.get(name in wrong ? wrong : target, name)?.bind(target),
  });
  return { board, lose: async (lost) => rankings.delete(lost) };
};

/** What is taken out of the very scripts and commands, and what takes its place. */
const guards = {
  "writes whatever total comes": ["GT", ""],
  "sets the marker first": ["-1, marker_prefix()", '"+inf", marker_prefix()'],
  "finishes what was lost": ['"XX", ', ""],
  "leaves old markers in": ['redis.call("ZREMRANGEBYSCORE", KEYS[1], "-inf", "(0")', ""],
  "lowers whatever stands": ["== tonumber(ARGV[i + 1])", "~= nil"],
  "names no process": [/info:match\([^)]*\)[^)]*\)/g, '"0"'],
  "does not tell one reign from the next": [/info:match\("master_replid[^)]*\)[^)]*\)/g, '"0"'],
  "looks at no score of the first entry": ['first[2] == "inf"', "first[1]"],
} as const satisfies Readonly<Record<string, readonly [string | RegExp, string]>>;

export type UnguardedBoard = keyof typeof guards;

/** The same adapter, its scripts and commands without a guard. */
export const unguarded = (under: RedisBoards, without: UnguardedBoard): RedisBoards => {
  const [guard, instead] = guards[without];
  const spoilt = (name: ScriptName) => redisScripts[name].lua.replaceAll(guard, instead);
  const names = Object.keys(redisScripts) as readonly ScriptName[];
  if (guard !== "GT" && names.every((name) => spoilt(name) === redisScripts[name].lua))
    throw new Error(`no script guards: ${without}`);
  const client = {
    run: (name: ScriptName, keys: readonly string[], ...args: readonly (string | number)[]) =>
      under.raw.eval(spoilt(name), keys.length, ...keys, ...args),
    send: async (...commands: readonly (readonly [string, ...(string | number)[]])[]) => {
      for (const [name, ...args] of commands) await under.raw.call(name, ...args.filter((arg) => arg !== guard));
    },
  };
  return { ...under, board: new RedisSalesBoard(client as unknown as RedisClient) };
};
