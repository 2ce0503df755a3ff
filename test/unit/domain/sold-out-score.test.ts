import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ConcertId, ScheduleId } from "../../../src/domain/ids.js";
import { elapsedMs, type SellOut } from "../../../src/domain/sold-out.js";
import {
  bestEntries,
  compareSellOuts,
  entryOf,
  type ScorePolicy,
  scheduleIdOf,
  scoreOf,
  scorePolicies,
} from "../../../src/domain/sold-out-score.js";
import type { EpochMs } from "../../../src/domain/time.js";

const opening = Date.UTC(2026, 10, 16, 1);
const sold = (schedule: string, seats: number, elapsed: number, openedLater = 0, concert = "c"): SellOut => ({
  concertId: concert as ConcertId,
  scheduleId: schedule as ScheduleId,
  seats,
  salesOpenAt: (opening + openedLater) as EpochMs,
  soldOutAt: (opening + openedLater + elapsed) as EpochMs,
});

/** Few values, so that many are equal; ids that are prefixes of others; and clocks that differ. */
const ids = fc.constantFrom("a", "a-", "a1", "aB", "b", "_", "Z");
const sellOuts = fc
  .record({
    concert: ids,
    schedule: ids,
    seats: fc.oneof(fc.constantFrom(1, 2, 3, 100, 99_999, 100_000), fc.integer({ min: 1, max: 100_000 })),
    elapsed: fc.oneof(
      fc.constantFrom(-5, 0, 1, 2, 3, 999, 1000, 2000),
      fc.integer({ min: -1000, max: 10_000_000_000 }),
    ),
    later: fc.oneof(fc.constantFrom(0, 1, 1000), fc.integer({ min: -opening, max: opening })),
  })
  .map(({ concert, schedule, seats, elapsed, later }) => sold(schedule, seats, elapsed, later, concert));
const policy = fc.constantFrom(...scorePolicies);

const bytes = (text: string) => Buffer.from(text, "utf8");
const sign = (n: number | bigint) => (n > 0 ? 1 : n < 0 ? -1 : 0);

/** The documented order, computed with integers and without members. */
const documentedOrder = (by: ScorePolicy, a: SellOut, b: SellOut): number => {
  const seconds = (ms: number) => Math.floor(ms / 1000);
  const sum = (s: SellOut) => seconds(elapsedMs(s)) + (100_000 - s.seats) + seconds(s.salesOpenAt);
  const speed = (s: SellOut, other: SellOut) => BigInt(s.seats) * BigInt(Math.max(elapsedMs(other), 1));
  const first = {
    tiered: () => elapsedMs(a) - elapsedMs(b),
    elapsed: () => elapsedMs(a) - elapsedMs(b),
    "weighted-sum": () => sum(a) - sum(b),
    "seats-per-second": () => speed(b, a) - speed(a, b),
  }[by]();
  const text = (s: SellOut) => bytes(`concert:${s.concertId}:schedule:${s.scheduleId}`);
  const ties = [b.seats - a.seats, a.salesOpenAt - b.salesOpenAt, Buffer.compare(text(a), text(b))];
  return [first, ...ties].map(sign).find((n) => n !== 0) ?? 0;
};

describe("a sell-out's score", () => {
  it("equals a table computed by hand", () => {
    // 2026-11-16T01:00Z is 1,794,790,800 s; the hall opened a week before it, the arena two days and ten hours after.
    const club = sold("club", 20, 3000);
    const theatre = sold("theatre", 500, 42_500);
    const arena = sold("arena", 50_000, 90_000, 208_800_000);
    const hall = sold("hall", 300, 259_200_000, -604_800_000);
    const table = [club, theatre, arena, hall].map((each) => scorePolicies.map((by) => scoreOf(by, each)));
    expect(scorePolicies).toEqual(["tiered", "elapsed", "weighted-sum", "seats-per-second"]);
    expect(table).toEqual([
      [3000, 3000, 1_794_890_783, 20 / 3],
      [42_500, 42_500, 1_794_890_342, 500 / 42.5],
      [90_000, 90_000, 1_795_049_690, 50_000 / 90],
      [259_200_000, 259_200_000, 1_794_544_900, 300 / 259_200],
    ]);
  });

  it.each([
    // Floored: 42,999 ms are 42 s; opening 999 ms later is the same second.
    [sold("s", 500, 42_999, 999), 42 + 99_500 + 1_794_790_800],
    [sold("s", 100_000, 1000, 1000), 1 + 0 + 1_794_790_801],
    [sold("s", 1, 999), 0 + 99_999 + 1_794_790_800],
    [sold("s", 1, -5000), 0 + 99_999 + 1_794_790_800],
    [sold("s", 1, 0, -opening), 0 + 99_999 + 0],
  ])("under weighted-sum is whole seconds + (100000 − seats) + the opening's epoch seconds", (sellOut, score) => {
    expect(scoreOf("weighted-sum", sellOut)).toBe(score);
  });

  it("counts 0 ms as 1 ms in seats per second", () => {
    expect(scoreOf("seats-per-second", sold("s", 50, 0))).toBe(50_000);
    expect(scoreOf("seats-per-second", sold("s", 50, -7))).toBe(50_000);
  });

  it("is a finite number for every sell-out, also in a board's entry", () => {
    const extreme = fc.integer({ min: -8.64e15, max: 8.64e15 });
    fc.assert(
      fc.property(policy, fc.integer({ min: 1, max: 100_000 }), extreme, extreme, (by, seats, opened, ended) => {
        const sellOut = { ...sold("s", seats, 0), salesOpenAt: opened as EpochMs, soldOutAt: ended as EpochMs };
        expect(Number.isFinite(scoreOf(by, sellOut))).toBe(true);
        expect(Number.isFinite(entryOf(by, sellOut).score)).toBe(true);
        expect(entryOf(by, sellOut).member).toMatch(/^\d{6}:\d{13}:concert:c:schedule:s$/);
      }),
    );
  });
});

describe("a board's entry", () => {
  it("starts with the tie-breakers in fixed width and ends with the ids", () => {
    const { member } = entryOf("tiered", sold("night-1", 500, 42_500, 0, "autumn"));
    expect(member).toBe("099500:1794790800000:concert:autumn:schedule:night-1");
    expect(entryOf("elapsed", sold("s", 100_000, 1, 5 - opening)).member).toBe(
      "000000:0000000000005:concert:c:schedule:s",
    );
    expect(scheduleIdOf(member)).toBe("night-1");
  });

  it("has a negated score for seats per second only", () => {
    const sellOut = sold("s", 500, 42_500);
    const signs = scorePolicies.map((by) => entryOf(by, sellOut).score / scoreOf(by, sellOut));
    expect(signs).toEqual([1, 1, 1, -1]);
  });
});

describe("the order of sell-outs", () => {
  it("is by speed, then more seats, then the earlier opening, then the ids", () => {
    const ranked = [
      sold("faster", 1, 999, 9000),
      sold("larger", 3, 1000, 9000),
      sold("earlier", 2, 1000, 0),
      sold("a", 2, 1000, 1),
      sold("b", 2, 1000, 1),
      sold("slower", 100_000, 1001),
    ];
    for (const by of ["tiered", "elapsed"] as const) {
      expect([...ranked].reverse().sort(compareSellOuts(by))).toEqual(ranked);
    }
  });

  it("puts more seats per second first, with the same tie-breakers", () => {
    const ranked = [sold("faster", 2, 500), sold("larger", 3, 1000), sold("small-early", 1, 333.333)];
    const ties = [sold("large", 6, 2000), sold("early", 3, 1000), sold("late", 3, 1000, 1), sold("latest", 3, 1000, 2)];
    const order = compareSellOuts("seats-per-second");
    expect(
      [...ranked]
        .reverse()
        .sort(order)
        .map(({ scheduleId }) => scheduleId)[0],
    ).toBe("faster");
    expect([...ties].reverse().sort(order)).toEqual(ties);
  });

  it("equals the documented order", () => {
    fc.assert(
      fc.property(policy, sellOuts, sellOuts, (by, a, b) => {
        expect(sign(compareSellOuts(by)(a, b))).toBe(documentedOrder(by, a, b));
      }),
      { numRuns: 2000 },
    );
  });

  it("is a total order", () => {
    fc.assert(
      fc.property(policy, sellOuts, sellOuts, sellOuts, (by, a, b, c) => {
        const order = compareSellOuts(by);
        expect(order(a, a)).toBe(0);
        expect(sign(order(a, b)) + sign(order(b, a))).toBe(0);
        const same = a.concertId === b.concertId && a.scheduleId === b.scheduleId;
        if (!same) expect(order(a, b)).not.toBe(0);
        if (order(a, b) <= 0 && order(b, c) <= 0) expect(order(a, c)).toBeLessThanOrEqual(0);
      }),
      { numRuns: 2000 },
    );
  });

  it("equals the order of a sorted set in Redis: by score, then by member in byte order", () => {
    fc.assert(
      fc.property(policy, sellOuts, sellOuts, (by, a, b) => {
        const [x, y] = [entryOf(by, a), entryOf(by, b)];
        const redis = sign(x.score - y.score) || Buffer.compare(bytes(x.member), bytes(y.member));
        expect(sign(compareSellOuts(by)(a, b))).toBe(redis);
        // Clients send scores as text, so a score must not change when it is formatted and parsed.
        expect(Number(String(x.score))).toBe(x.score);
      }),
      { numRuns: 2000 },
    );
  });

  it("selects the best fifty for a board, best first", () => {
    const all = Array.from({ length: 60 }, (_, n) => sold(`s${n}`, 100, 60_000 - n * 1000));
    const entries = bestEntries("tiered", all);
    expect(entries.map(({ member }) => scheduleIdOf(member))).toEqual(
      Array.from({ length: 50 }, (_, n) => `s${59 - n}`),
    );
    expect(all).toHaveLength(60);
  });
});
