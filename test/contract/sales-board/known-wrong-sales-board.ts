import { MemoryBoards, MemorySalesBoard } from "../../../src/adapters/memory/memory-sales-board.js";
import type { RedisClient } from "../../../src/adapters/redis/redis-client.js";
import { RedisSalesBoard } from "../../../src/adapters/redis/redis-sales-board.js";
import { redisScripts, type ScriptName } from "../../../src/adapters/redis/redis-scripts.js";
import type { SalesBoard } from "../../../src/application/ports/sales-board.js";
import type { BoardsUnderTest, RedisBoards } from "./boards-under-test.js";

/** A correct board, of which a known-wrong implementation replaces some methods. */
type Correct = { readonly boards: MemoryBoards; readonly correct: SalesBoard };

const wrongMethods = {
  "adds totals to scores": ({ boards }) => ({
    raise: async (board, totals) => {
      const products = boards.of(board);
      for (const { productId, quantity } of totals)
        products.set({ productId, quantity: (products.score(productId) ?? 0) + quantity });
    },
  }),
  "overwrites scores with lower totals": ({ boards }) => ({
    raise: async (board, totals) => {
      for (const each of totals) boards.of(board).set(each);
    },
  }),
  "is ready before its fill is finished": ({ correct }) => ({
    beginFill: async (board) => {
      const token = await correct.beginFill(board);
      if (token !== null) await correct.finishFill(board, token);
      return token;
    },
  }),
  "finishes any fill": ({ boards }) => ({
    finishFill: async (board, token) => {
      boards.of(board).marker = { token, ready: true };
      return true;
    },
  }),
  "accepts the token of another fill": ({ boards, correct }) => ({
    finishFill: async (board, token) => correct.finishFill(board, boards.find(board)?.marker?.token ?? token),
  }),
  "begins a fill on a ready board": ({ boards, correct }) => ({
    beginFill: (board) => {
      boards.of(board).marker = null;
      return correct.beginFill(board);
    },
  }),
  "returns an empty list for a missing board": ({ correct }) => ({
    top: async (board, limit) => (await correct.top(board, limit)) ?? [],
  }),
  "returns the products of a cold board": ({ boards }) => ({
    top: async (board, limit) =>
      boards
        .of(board)
        .top(limit)
        .map((each, index) => ({ ...each, rank: index + 1 })),
  }),
  "counts its marker as rank 1": ({ correct }) => ({
    ranks: async (board, productIds) => {
      const ranks = await correct.ranks(board, productIds);
      return ranks && new Map([...ranks].map(([productId, rank]) => [productId, rank + 1]));
    },
  }),
  "ranks the smaller id first": ({ correct }) => ({
    top: async (board, limit) => {
      const all = await correct.top(board, Number.MAX_SAFE_INTEGER);
      const sorted = all?.toSorted((a, b) => b.quantity - a.quantity || (a.productId < b.productId ? -1 : 1));
      return sorted?.slice(0, limit).map((each, index) => ({ ...each, rank: index + 1 })) ?? null;
    },
  }),
  "lowers scores that were raised since": ({ boards }) => ({
    lower: async (board, corrections) => {
      for (const { productId, quantity } of corrections) boards.of(board).set({ productId, quantity });
    },
  }),
  "removes no board": () => ({ remove: async () => {} }),
} satisfies Readonly<Record<string, (of: Correct) => Partial<SalesBoard>>>;

export type WrongBoard = keyof typeof wrongMethods;

/** Creates a known-wrong board in memory. */
export const wrongBoard = (wrong: WrongBoard): BoardsUnderTest => {
  const boards = new MemoryBoards();
  const correct = new MemorySalesBoard(boards);
  const methods: Partial<SalesBoard> = wrongMethods[wrong]({ boards, correct });
  const board = new Proxy<SalesBoard>(correct, {
    get: (target, name) => Reflect.get(name in methods ? methods : target, name)?.bind(target),
  });
  return { board, lose: async (lost) => boards.delete(lost) };
};

/** Guards of the scripts and commands, and their replacements. */
const guards = {
  "overwrites scores with lower totals": ["GT", ""],
  "is ready before its fill is finished": ["-1, marker_prefix()", '"+inf", marker_prefix()'],
  "finishes the fill of a lost board": ['"XX", ', ""],
  "keeps old markers": ['redis.call("ZREMRANGEBYSCORE", KEYS[1], "-inf", "(0")', ""],
  "lowers scores that were raised since": ["== tonumber(ARGV[i + 1])", "~= nil"],
  "does not name its process": [/info:match\([^)]*\)[^)]*\)/g, '"0"'],
  "does not notice a failover": [/info:match\("master_replid[^)]*\)[^)]*\)/g, '"0"'],
  "ignores the score of its marker": ['first[2] == "inf"', "first[1]"],
} as const satisfies Readonly<Record<string, readonly [string | RegExp, string]>>;

export type UnguardedBoard = keyof typeof guards;

/** The Redis adapter without one guard of its scripts and commands. */
export const unguarded = (under: RedisBoards, without: UnguardedBoard): RedisBoards => {
  const [guard, replacement] = guards[without];
  const unguardedLua = (name: ScriptName) => redisScripts[name].lua.replaceAll(guard, replacement);
  const names = Object.keys(redisScripts) as readonly ScriptName[];
  if (guard !== "GT" && names.every((name) => unguardedLua(name) === redisScripts[name].lua))
    throw new Error(`no script contains the guard of: ${without}`);
  const client = {
    run: (name: ScriptName, keys: readonly string[], ...args: readonly (string | number)[]) =>
      under.raw.eval(unguardedLua(name), keys.length, ...keys, ...args),
    send: async (...commands: readonly (readonly [string, ...(string | number)[]])[]) => {
      for (const [name, ...args] of commands) await under.raw.call(name, ...args.filter((arg) => arg !== guard));
    },
  };
  return { ...under, board: new RedisSalesBoard(client as unknown as RedisClient) };
};
