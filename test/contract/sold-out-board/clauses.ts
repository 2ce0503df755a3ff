import { setImmediate as roundTrip } from "node:timers/promises";
import { expect } from "vitest";
import { scorePolicies } from "../../../src/domain/sold-out-score.js";
import { bestOf, type Clauses, namesOf, rebuilt, sold, soldFrom } from "./boards-under-test.js";

/** Sell-outs with many equal scores under every policy. */
const withTies = [
  sold("z", { elapsed: 1000, seats: 300 }),
  sold("y", { elapsed: 1000, seats: 200, later: 1 }),
  sold("b", { elapsed: 1000, seats: 200, later: 2 }),
  sold("a", { elapsed: 1000, seats: 200, later: 2, concert: "c-" }),
  sold("a-", { elapsed: 1000, seats: 200, later: 2 }),
  sold("a1", { elapsed: 1000, seats: 200, later: 2 }),
  sold("d", { elapsed: 2000, seats: 400 }),
  sold("e", { elapsed: 3000, seats: 600, later: -1 }),
  sold("f", { elapsed: 3000, seats: 600, later: -2 }),
  sold("g", { elapsed: 7, seats: 100_000 }),
  sold("h", { elapsed: 700, seats: 1 }),
  sold("i", { elapsed: 0, seats: 1 }),
  sold("j", { elapsed: -9, seats: 2 }),
  sold("k", { elapsed: 1, seats: 2 }),
];

/** Clauses of `SoldOutBoard` about ranking. */
export const rankingClauses: Clauses = {
  "ranks faster sell-outs first, in whatever order they are recorded": async (under, on) => {
    await rebuilt(under, on, []);
    for (const n of [3, 1, 5]) expect(await under.board.record(on, "tiered", [sold(n)])).toBe("recorded");
    await under.other.record(on, "tiered", [sold(4), sold(2)]);
    expect(await under.board.top(on, "tiered", 50)).toEqual(["s1", "s2", "s3", "s4", "s5"]);
    expect(await under.other.top(on, "tiered", 2)).toEqual(["s1", "s2"]);
  },

  "breaks ties by more seats, then the earlier opening, then the ids": async (under, on) => {
    await rebuilt(under, on, withTies.slice(3));
    await under.board.record(on, "tiered", withTies.slice(0, 3));
    const ties = ["sz", "sy", "sa", "sa-", "sa1", "sb"];
    expect(await under.board.top(on, "tiered", 50)).toEqual(["sj", "si", "sk", "sg", "sh", ...ties, "sd", "sf", "se"]);
  },

  "ranks by seats per second with the same tie-breakers": async (under, on) => {
    await rebuilt(under, on, withTies.slice(0, 7), "seats-per-second");
    await under.board.record(on, "seats-per-second", withTies.slice(7, 11));
    const ties = ["sf", "se", "sd", "sy", "sa", "sa-", "sa1", "sb"];
    expect(await under.board.top(on, "seats-per-second", 50)).toEqual(["sg", "sz", ...ties, "sh"]);
  },

  "ranks recorded and written sell-outs by the policy": async (under, on) => {
    for (const policy of scorePolicies) {
      await rebuilt(under, on, [], policy);
      for (const each of withTies) await under.board.record(on, policy, [each]);
      expect(await under.board.top(on, policy, 50)).toEqual(bestOf(policy, withTies));
      await under.lose();
      await rebuilt(under, on, withTies, policy);
      expect(await under.board.top(on, policy, 50)).toEqual(bestOf(policy, withTies));
    }
  },

  "changes nothing when a sell-out is recorded again": async (under, on) => {
    await rebuilt(under, on, soldFrom(1, 3));
    await under.board.record(on, "tiered", [sold(3)]);
    await under.other.record(on, "tiered", [sold(3, { elapsed: 10 }), sold(1, { elapsed: 9000 }), sold(3)]);
    expect(await under.board.top(on, "tiered", 50)).toEqual(["s1", "s2", "s3"]);
    expect(await rebuilt(under, on, soldFrom(1, 3))).toEqual({ kind: "written", drift: 0 });
  },

  "contains at most the best fifty": async (under, on) => {
    await rebuilt(under, on, soldFrom(11, 70));
    expect(await under.board.top(on, "tiered", 100)).toEqual(namesOf(soldFrom(11, 60)));
    await under.board.record(on, "tiered", soldFrom(1, 5));
    for (const n of [6, 7, 8]) await under.board.record(on, "tiered", [sold(n)]);
    const best = [...soldFrom(1, 8), ...soldFrom(11, 52)];
    expect(await under.board.top(on, "tiered", 100)).toEqual(namesOf(best));
    await under.board.record(on, "tiered", [sold(60), sold(99)]);
    expect(await under.board.top(on, "tiered", 100)).toEqual(namesOf(best));
  },

  "is refilled to fifty by a write": async (under, on) => {
    await rebuilt(under, on, soldFrom(1, 60));
    expect(await rebuilt(under, on, soldFrom(3, 60))).toEqual({ kind: "written", drift: 4 });
    expect(await under.board.top(on, "tiered", 50)).toEqual(namesOf(soldFrom(3, 52)));
  },

  "is ready and empty if no schedule is sold out": async (under, on) => {
    expect(await rebuilt(under, on, [])).toEqual({ kind: "written", drift: 0 });
    expect(await under.board.top(on, "tiered", 50)).toEqual([]);
    expect(await under.board.record(on, "tiered", [])).toBe("recorded");
    expect(await under.board.top(on, "tiered", 50)).toEqual([]);
  },
};

/** Clauses of `SoldOutBoard` about losses and concurrent writes. */
export const writingClauses: Clauses = {
  "is cold until its first write, also after sell-outs are recorded": async (under, on) => {
    expect(await under.board.top(on, "tiered", 50)).toBeNull();
    expect(await under.board.record(on, "tiered", [sold(1)])).toBe("cold");
    await under.board.version(on);
    expect(await under.board.top(on, "tiered", 50)).toBeNull();
    expect(await rebuilt(under, on, [sold(1)])).toMatchObject({ kind: "written" });
    expect(await under.board.top(on, "tiered", 50)).toEqual(["s1"]);
  },

  // Proves: S2
  "is cold after a loss, and equals the database after a write": async (under, on) => {
    await rebuilt(under, on, soldFrom(1, 3));
    await under.lose();
    expect(await under.board.top(on, "tiered", 50)).toBeNull();
    expect(await under.other.record(on, "tiered", [sold(4)])).toBe("cold");
    expect(await under.board.top(on, "tiered", 50)).toBeNull();
    expect(await rebuilt(under, on, soldFrom(1, 4))).toEqual({ kind: "written", drift: 4 });
    expect(await under.board.top(on, "tiered", 50)).toEqual(namesOf(soldFrom(1, 4)));
  },

  "is cold under every policy but its own": async (under, on) => {
    await rebuilt(under, on, soldFrom(1, 3), "weighted-sum");
    for (const policy of scorePolicies)
      expect(await under.board.top(on, policy, 50)).toEqual(policy === "weighted-sum" ? expect.any(Array) : null);
    expect(await rebuilt(under, on, soldFrom(1, 3), "elapsed")).toEqual({ kind: "written", drift: 3 });
    expect(await under.board.top(on, "weighted-sum", 50)).toBeNull();
    expect(await under.board.top(on, "elapsed", 50)).toEqual(["s1", "s2", "s3"]);
  },

  "is cold after a sell-out is recorded under another policy": async (under, on) => {
    await rebuilt(under, on, soldFrom(1, 2), "tiered");
    expect(await under.other.record(on, "seats-per-second", [sold(3)])).toBe("cold");
    expect(await under.board.top(on, "tiered", 50)).toBeNull();
    expect(await under.board.top(on, "seats-per-second", 50)).toBeNull();
    expect(await under.board.record(on, "tiered", [sold(4)])).toBe("cold");
    expect(await rebuilt(under, on, soldFrom(1, 4))).toMatchObject({ kind: "written" });
    expect(await under.board.top(on, "tiered", 50)).toEqual(namesOf(soldFrom(1, 4)));
  },

  "contains what was written, and the write returns how many members differed": async (under, on) => {
    const write = async (sellOuts: Parameters<typeof rebuilt>[2]) => {
      const written = await rebuilt(under, on, sellOuts);
      expect(await under.board.top(on, "tiered", 50)).toEqual(bestOf("tiered", sellOuts));
      return written.kind === "written" ? written.drift : written.kind;
    };
    expect(await write(soldFrom(1, 5))).toBe(5);
    expect(await write([...soldFrom(1, 5)].reverse())).toBe(0);
    expect(await write(soldFrom(1, 6))).toBe(1);
    expect(await write(soldFrom(3, 6))).toBe(2);
    expect(await write([...soldFrom(3, 5), sold(6, { elapsed: 1 })])).toBe(1);
    expect(await write([sold(3), sold(9)])).toBe(4);
    expect(await write([])).toBe(2);
  },

  "rejects a write whose data was read before a sell-out was recorded": async (under, on) => {
    // The board is cold the first time and ready the second time.
    for (const n of [2, 3]) {
      const version = await under.board.version(on);
      await under.other.record(on, "tiered", [sold(n)]);
      expect(await under.board.write(on, "tiered", [sold(1)], version)).toEqual({ kind: "stale" });
      await rebuilt(under, on, soldFrom(1, n));
      expect(await under.board.top(on, "tiered", 50)).toEqual(namesOf(soldFrom(1, n)));
    }
  },

  "rejects a write whose data was read before a loss": async (under, on) => {
    const first = await under.board.version(on);
    await under.lose();
    expect(await under.board.write(on, "tiered", [], first)).toEqual({ kind: "stale" });
    await rebuilt(under, on, [sold(1)]);
    const second = await under.board.version(on);
    await under.lose();
    await under.other.record(on, "tiered", [sold(2)]);
    await under.lose();
    expect(await under.board.write(on, "tiered", [sold(1)], second)).toEqual({ kind: "stale" });
    expect(await under.board.top(on, "tiered", 50)).toBeNull();
  },

  "accepts two writes of one version, and a repeated write": async (under, on) => {
    const versions = [await under.board.version(on), await under.other.version(on)] as const;
    const all = soldFrom(1, 3);
    expect(await under.board.write(on, "tiered", all, versions[0])).toEqual({ kind: "written", drift: 3 });
    expect(await under.other.write(on, "tiered", all, versions[1])).toEqual({ kind: "written", drift: 0 });
    expect(await under.board.write(on, "tiered", all, versions[0])).toEqual({ kind: "written", drift: 0 });
    expect(await under.board.top(on, "tiered", 50)).toEqual(namesOf(all));
  },

  "loses no sell-out that is recorded during a write": async (under, on) => {
    const database = [sold(100)];
    await rebuilt(under, on, database);
    for (let n = 1; n <= 40; n += 1) {
      const version = await under.board.version(on);
      const read = [...database];
      database.push(sold(n));
      const write = () => under.board.write(on, "tiered", read, version);
      const record = () => under.other.record(on, "tiered", [sold(n)]);
      await Promise.all(n % 2 === 0 ? [write(), record()] : [record(), write()]);
      expect(await under.board.top(on, "tiered", 50)).toEqual(bestOf("tiered", database));
    }
  },

  "loses none of 70 concurrent sell-outs": async (under, on) => {
    await rebuilt(under, on, []);
    const all = soldFrom(1, 70);
    const nodes = [under.board, under.other] as const;
    await Promise.all(all.map((each, n) => nodes[n % 2 === 0 ? 0 : 1].record(on, "tiered", [each])));
    expect(await under.board.top(on, "tiered", 50)).toEqual(namesOf(soldFrom(1, 50)));
  },

  "returns the board before or after a write, never in between": async (under, on) => {
    const images = [soldFrom(1, 50), soldFrom(31, 90), soldFrom(1, 3)];
    await rebuilt(under, on, images[0] ?? []);
    const seen = new Set<string>();
    let writing = true;
    const reading = (async () => {
      while (writing) {
        seen.add(JSON.stringify(await under.other.top(on, "tiered", 50)));
        await roundTrip();
      }
    })();
    for (let n = 1; n <= 60; n += 1) {
      await rebuilt(under, on, images[n % 3] ?? []);
      await roundTrip();
    }
    writing = false;
    await reading;
    const whole = images.map((image) => JSON.stringify(bestOf("tiered", image)));
    for (const board of seen) expect(whole).toContain(board);
  },
};
