import { Cluster } from "ioredis";
import { expect } from "vitest";
import { salesBoardKey } from "../../../src/adapters/redis/redis-keys.js";
import type { BusinessDay } from "../../../src/domain/business-day.js";
import type { WindowBoard } from "../../../src/domain/sales-window.js";
import { begun, filled, freshBoard, listOf, product, type RedisBoards, ranked, total } from "./boards-under-test.js";

const nodesOf = ({ raw }: RedisBoards) => (raw instanceof Cluster ? raw.nodes("master") : [raw]);

const firstOf = async ({ raw }: RedisBoards, on: WindowBoard) => {
  const [member = "", score] = await raw.zrevrange(salesBoardKey(on), 0, 0, "WITHSCORES");
  return { member, score };
};

/** The keys of boards, and losses that only a board outside the process can suffer. */
export const redisLossClauses: Readonly<Record<string, (under: RedisBoards) => Promise<void>>> = {
  "uses the documented keys": async ({ board, raw }) => {
    const lastDay = freshBoard().lastDay as BusinessDay;
    await board.raise({ window: "1d", lastDay }, [total(1, 3)]);
    await board.raise({ window: "3d", lastDay }, [total(1, 5)]);
    expect(await raw.zrevrange(`product:ranking:${lastDay}`, 0, -1, "WITHSCORES")).toEqual([product(1), "3"]);
    expect(await raw.zscore(`product:ranking:3d:${lastDay}`, product(1))).toBe("5");
    expect(salesBoardKey({ window: "all", lastDay: null })).toBe("product:ranking:all");
  },

  "expires three days after its last day, whichever write comes first": async (under) => {
    const day = { window: "3d", lastDay: "2226-12-30" as BusinessDay } as const;
    await under.lose(day);
    const noon = Date.parse("2227-01-02T12:00:00Z") / 1000;
    await under.board.raise(day, [total(1, 3)]);
    expect(await under.raw.expiretime(salesBoardKey(day))).toBe(noon);
    await under.lose(day);
    await begun(under, day);
    expect(await under.raw.expiretime(salesBoardKey(day))).toBe(noon);
    await filled(under, [total(1, 3)], day);
    expect(await under.raw.expiretime(salesBoardKey(day))).toBe(noon);
  },

  "names the Redis process in its marker": async (under) => {
    const on = await filled(under, [total(1, 3)]);
    const { member, score } = await firstOf(under, on);
    const processes = await Promise.all(nodesOf(under).map((node) => node.info("server")));
    const ids = processes.map((info) => /run_id:(\w+)/.exec(info)?.[1]);
    expect(score).toBe("inf");
    expect(ids).toContain(/^!(\w+):.+$/.exec(member)?.[1]);
  },

  "is cold under the marker of another process, and can be filled again": async (under) => {
    const on = await filled(under, [total(1, 3)]);
    const { member } = await firstOf(under, on);
    const foreign = `!${"f".repeat(40)}${member.slice(41)}`;
    await under.raw.multi().zrem(salesBoardKey(on), member).zadd(salesBoardKey(on), "+inf", foreign).exec();
    expect(await under.board.top(on, 5)).toBeNull();
    expect(await under.board.ranks(on, [product(1)])).toBeNull();
    await filled(under, [total(2, 4)], on);
    expect(await listOf(under, on)).toEqual(ranked([total(1, 3), total(2, 4)]));
    expect(await under.raw.zcard(salesBoardKey(on))).toBe(3);
  },

  "leaves no markers of interrupted fills": async (under) => {
    const on = freshBoard();
    for (const _ of [1, 2, 3]) await begun(under, on);
    await filled(under, [total(1, 3)], on);
    expect(await under.raw.zcard(salesBoardKey(on))).toBe(2);
  },

  "is cold while its marker is not at +inf": async (under) => {
    const on = freshBoard();
    const token = await begun(under, on);
    expect(await under.board.top(on, 5)).toBeNull();
    expect(await under.board.ranks(on, [product(1)])).toBeNull();
    expect(await under.board.finishFill(on, token)).toBe(true);
  },

  "works after Redis has lost its scripts": async (under) => {
    const on = await filled(under, [total(1, 3)]);
    await Promise.all(nodesOf(under).map((node) => node.script("FLUSH")));
    const raises = [2, 3, 4].map((n) => under.board.raise(on, [total(n, 1)]));
    await Promise.all(raises);
    expect(await listOf(under, on)).toHaveLength(4);
  },
};

/** Restarts a Redis, or all nodes of a Cluster, with their persisted data. */
type Server = { restart(): Promise<unknown> };
export type RestartClauses = Readonly<Record<string, (under: RedisBoards, server: Server) => Promise<void>>>;

/** Clauses that need their own server. Most are about keys that a restarted Redis loads from its persisted data. */
export const restartClauses: RestartClauses = {
  "keeps the board of all time forever": async (under) => {
    const all = { window: "all", lastDay: null } as const;
    await under.lose(all);
    await filled(under, [total(1, 3)], all);
    expect(await listOf(under, all)).toEqual(ranked([total(1, 3)]));
    expect(await under.raw.ttl(salesBoardKey(all))).toBe(-1);
    await under.lose(all);
  },

  "is cold after a restart, although all products are still there": async (under, server) => {
    const on = await filled(under, [total(1, 3)]);
    await server.restart();
    expect(await under.board.cold([on])).toEqual([on]);
    expect(await under.board.top(on, 5)).toBeNull();
    expect(await under.board.ranks(on, [product(1)])).toBeNull();
    expect(await under.raw.zscore(salesBoardKey(on), product(1))).toBe("3");
    await filled(under, [total(2, 4)], on);
    expect(await listOf(under, on)).toEqual(ranked([total(1, 3), total(2, 4)]));
  },

  "does not finish a fill during which Redis restarted": async (under, server) => {
    const on = freshBoard();
    const token = await begun(under, on);
    await under.board.raise(on, [total(1, 3)]);
    await server.restart();
    await under.board.raise(on, [total(2, 4)]);
    expect(await under.board.finishFill(on, token)).toBe(false);
    expect(await under.board.top(on, 5)).toBeNull();
  },

  "is cold after it was rewound to a state in which it was ready": async (under, server) => {
    const on = await filled(under, [total(1, 3)]);
    const before = await under.raw.dumpBuffer(salesBoardKey(on));
    await under.board.raise(on, [total(1, 9)]);
    await server.restart();
    await under.raw.restore(salesBoardKey(on), 0, before as Buffer, "REPLACE");
    expect(await under.board.top(on, 5)).toBeNull();
  },
};

/** For a single Redis: its process was a replica of another master in between, and may have lost writes. */
export const failoverClauses: RestartClauses = {
  "is cold when its process becomes master again after a failover": async (under) => {
    const on = await filled(under, [total(1, 3)]);
    const filling = freshBoard();
    const token = await begun(under, filling);
    await under.raw.call("REPLICAOF", "127.0.0.1", "1");
    await under.raw.call("REPLICAOF", "NO", "ONE");
    expect(await under.board.top(on, 5)).toBeNull();
    expect(await under.board.finishFill(filling, token)).toBe(false);
  },
};
