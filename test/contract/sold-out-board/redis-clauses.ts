import { expect } from "vitest";
import { type Board, fastestBoard } from "../../../src/domain/sold-out.js";
import { entryOf } from "../../../src/domain/sold-out-score.js";
import { namesOf, type RedisBoards, rebuilt, sold, soldFrom, weekBoard } from "./boards-under-test.js";

const keysOf = (on: Board) => {
  const entries = on.name === "weekly" ? `concert:schedule:ranking:${on.week}` : "concert:schedule:ranking";
  return { entries, marker: `{${entries}}:marker` };
};
const membersOf = (sellOuts: Parameters<typeof namesOf>[0]) =>
  sellOuts.map((sellOut) => entryOf("tiered", sellOut).member);

const withScores = async ({ raw }: RedisBoards, key: string) =>
  ((await raw.call("ZRANGE", key, 0, -1, "WITHSCORES")) as readonly unknown[]).flat().map(String);

/** The keys of boards, and losses of single keys or members. */
export const redisClauses: Readonly<Record<string, (under: RedisBoards, on: Board) => Promise<void>>> = {
  "is a sorted set under the documented key, with a marker": async (under, on) => {
    const { entries, marker } = keysOf(on);
    await rebuilt(under, on, soldFrom(1, 2));
    await under.board.record(on, "tiered", [sold(3, { seats: 500, concert: "autumn" })]);
    expect(await withScores(under, entries)).toEqual([
      ...["099900:1794790800000:concert:c:schedule:s1", "1000"],
      ...["099900:1794790800000:concert:c:schedule:s2", "2000"],
      ...["099500:1794790800000:concert:autumn:schedule:s3", "3000"],
    ]);
    expect(await under.raw.hgetall(marker)).toEqual({ policy: "tiered", members: "3", version: expect.any(String) });
  },

  "stores negative scores if more is better": async (under, on) => {
    await rebuilt(under, on, [sold(1), sold(2), sold(3)], "seats-per-second");
    const stored = await withScores(under, keysOf(on).entries);
    expect(stored.filter((_, index) => index % 2 === 1).map(Number)).toEqual([-100, -50, -100 / 3]);
  },

  "is cold without its marker": async (under, on) => {
    await rebuilt(under, on, soldFrom(1, 3));
    await under.raw.del(keysOf(on).marker);
    expect(await under.board.top(on, "tiered", 50)).toBeNull();
    expect(await under.board.record(on, "tiered", [sold(4)])).toBe("cold");
    expect(await rebuilt(under, on, soldFrom(1, 4))).toEqual({ kind: "written", drift: 1 });
  },

  "is cold without its entries": async (under, on) => {
    await rebuilt(under, on, soldFrom(1, 3));
    await under.raw.del(keysOf(on).entries);
    expect(await under.board.top(on, "tiered", 50)).toBeNull();
    expect(await under.board.record(on, "tiered", [sold(4)])).toBe("cold");
    expect(await under.board.top(on, "tiered", 50)).toBeNull();
    expect(await rebuilt(under, on, soldFrom(1, 4))).toEqual({ kind: "written", drift: 4 });
  },

  "is cold with a missing or an extra member until it is written": async (under, on) => {
    const all = soldFrom(1, 60);
    const full = namesOf(all.slice(0, 50));
    await rebuilt(under, on, all);
    for (const corrupt of [
      () => under.raw.zrem(keysOf(on).entries, ...membersOf([sold(7)])),
      () => under.raw.zadd(keysOf(on).entries, 5, "unknown-member"),
    ]) {
      await corrupt();
      expect(await under.board.top(on, "tiered", 50)).toBeNull();
      expect(await rebuilt(under, on, all)).toEqual({ kind: "written", drift: 1 });
      expect(await under.board.top(on, "tiered", 50)).toEqual(full);
    }
  },

  "repairs a wrong score by a write": async (under, on) => {
    await rebuilt(under, on, soldFrom(1, 3));
    await under.raw.zadd(keysOf(on).entries, 1, ...membersOf([sold(3)]));
    expect(await rebuilt(under, on, soldFrom(1, 3))).toEqual({ kind: "written", drift: 1 });
    expect(await under.board.top(on, "tiered", 50)).toEqual(["s1", "s2", "s3"]);
  },

  "rejects a write whose data was read before a rewind and another sell-out": async (under, on) => {
    const { entries, marker } = keysOf(on);
    await rebuilt(under, on, [sold(1)]);
    const copies = await Promise.all([entries, marker].map((key) => under.raw.dumpBuffer(key)));
    await under.board.record(on, "tiered", [sold(2)]);
    const version = await under.board.version(on);
    for (const [index, key] of [entries, marker].entries())
      await under.raw.restore(key, 0, copies[index] ?? Buffer.of(), "REPLACE");
    await under.other.record(on, "tiered", [sold(3)]);
    expect(await under.board.write(on, "tiered", soldFrom(1, 2), version)).toEqual({ kind: "stale" });
    expect(await rebuilt(under, on, soldFrom(1, 3))).toEqual({ kind: "written", drift: 1 });
  },

  "expires two weeks after its week, or never": async (under, on) => {
    const expiries = async () => {
      const { entries, marker } = keysOf(on);
      const call = (key: string) => under.raw.call("PEXPIRETIME", key) as Promise<number>;
      return Promise.all([call(entries), call(marker)]);
    };
    const end = on.name === "weekly" ? on.keptUntil : -1;
    // -2: the key does not exist. -1: it never expires.
    await under.board.version(on);
    expect(await expiries()).toEqual([-2, end]);
    await under.lose();
    await under.board.record(on, "tiered", [sold(1)]);
    expect(await expiries()).toEqual([-2, end]);
    await rebuilt(under, on, []);
    expect(await expiries()).toEqual([-2, end]);
    await under.board.record(on, "tiered", [sold(1)]);
    expect(await expiries()).toEqual([end, end]);
    await rebuilt(under, on, [sold(2)]);
    expect(await expiries()).toEqual([end, end]);
  },

  "does not change the keys of other boards": async (under, on) => {
    await rebuilt(under, on, [sold(1)]);
    const others = [fastestBoard, weekBoard("2026-W46"), weekBoard("2026-W48")].filter(
      (each) => keysOf(each).entries !== keysOf(on).entries,
    );
    for (const each of others) expect(await under.raw.exists(keysOf(each).marker)).toBe(0);
  },
};
