import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type BusinessDay,
  businessDayAt,
  daysBetween,
  plusDays,
  startOfDay,
  type TimeZone,
} from "../../../src/domain/business-day.js";
import {
  boardBefore,
  boardName,
  boardOf,
  boardsToRemove,
  firstDayOf,
  keptBoards,
  movementOf,
  raisedBoards,
  salesWindows,
  type WindowBoard,
} from "../../../src/domain/sales-window.js";
import type { EpochMs } from "../../../src/domain/time.js";

const day = (text: string) => text as BusinessDay;
const names = (boards: readonly WindowBoard[]) => boards.map(boardName);
const lengths = { "1d": 1, "3d": 3, "7d": 7, "30d": 30 } as const;

const seoul = "Asia/Seoul" as TimeZone;
const minuteMs = 60_000;
const plusMs = (at: EpochMs, ms: number) => (at + ms) as EpochMs;
const noon = Date.UTC(2026, 10, 21, 3) as EpochMs;
const midnight = Date.UTC(2026, 10, 21, 15) as EpochMs;
const beforeMidnight = (minutes: number) => plusMs(midnight, -minutes * minuteMs);
const raisedFor = (soldOn: string, now: EpochMs) => raisedBoards(new Set([day(soldOn)]), now, seoul);

const days = fc.integer({ min: 0, max: 40_000 }).map((n) => plusDays(day("1999-12-01"), n));
const windows = fc.constantFrom(...salesWindows);
const zones = fc.constantFrom(...(["Asia/Seoul", "America/New_York", "UTC", "Australia/Lord_Howe"] as TimeZone[]));
const instants = fc.integer({ min: Date.UTC(2000, 0, 2), max: Date.UTC(2099, 11, 30) }).map((ms) => ms as EpochMs);

describe("firstDayOf", () => {
  it.each([
    ["1d", "2026-11-21"],
    ["3d", "2026-11-19"],
    ["7d", "2026-11-15"],
    ["30d", "2026-10-23"],
    ["all", null],
  ] as const)("of %s until 2026-11-21 is %s", (window, first) => {
    expect(firstDayOf(boardOf(window, day("2026-11-21")))).toBe(first);
  });

  it("counts leap days", () => {
    expect(firstDayOf(boardOf("3d", day("2028-03-01")))).toBe("2028-02-28");
    expect(firstDayOf(boardOf("30d", day("2027-03-01")))).toBe("2027-01-31");
  });

  it("gives each window its number of days", () => {
    fc.assert(
      fc.property(days, fc.constantFrom("1d", "3d", "7d", "30d"), (today, window) => {
        const board = boardOf(window, today);
        expect(daysBetween(firstDayOf(board) as BusinessDay, today)).toHaveLength(lengths[window]);
      }),
    );
  });
});

describe("the boards that a sale raises", () => {
  it("are today's and all time for a sale of today", () => {
    const todays = ["1d:2026-11-21", "3d:2026-11-21", "7d:2026-11-21", "30d:2026-11-21", "all"];
    for (const now of [noon, beforeMidnight(61)]) expect(names(raisedFor("2026-11-21", now))).toEqual(todays);
  });

  it("include tomorrow's in the last hour before midnight", () => {
    for (const now of [beforeMidnight(60), plusMs(midnight, -1)])
      expect(names(raisedFor("2026-11-21", now))).toEqual([
        ...["1d:2026-11-21", "3d:2026-11-21", "7d:2026-11-21", "30d:2026-11-21"],
        ...["3d:2026-11-22", "7d:2026-11-22", "30d:2026-11-22", "all"],
      ]);
  });

  it.each([
    ["yesterday", "2026-11-20", 8, 11],
    ["the day before yesterday", "2026-11-19", 7, 9],
    ["the first day of yesterday's 3d board", "2026-11-18", 6, 8],
    ["the last day before every 3d board", "2026-11-17", 5, 7],
    ["the first day of yesterday's 30d board", "2026-10-22", 2, 2],
    ["the last day before every window", "2026-10-21", 1, 1],
    ["tomorrow, from a clock that is ahead", "2026-11-22", 1, 5],
    ["the day after tomorrow", "2026-11-23", 1, 1],
  ])("for a sale on %s (%s) are %i at noon and %i in the last hour", (_, soldOn, atNoon, inLastHour) => {
    expect(raisedFor(soldOn, noon)).toHaveLength(atNoon);
    expect(raisedFor(soldOn, beforeMidnight(5))).toHaveLength(inLastHour);
  });

  it("for sales of several days are the union of each day's boards", () => {
    const soldOn = ["2026-11-21", "2026-11-18", "2026-10-21"];
    const union = new Set(soldOn.flatMap((each) => names(raisedFor(each, noon))));
    const together = names(raisedBoards(new Set(soldOn.map(day)), noon, seoul));
    expect(together).toHaveLength(union.size);
    expect(new Set(together)).toEqual(union);
  });

  it("include every kept board that contains the day, in every zone", () => {
    fc.assert(
      fc.property(instants, zones, fc.integer({ min: -40, max: 3 }), (now, zone, offset) => {
        const soldOn = plusDays(businessDayAt(now, zone), offset);
        const containing = keptBoards(now, zone).filter((board) => {
          const first = firstDayOf(board);
          return first === null || daysBetween(first, board.lastDay as BusinessDay).includes(soldOn);
        });
        const raised = names(raisedBoards(new Set([soldOn]), now, zone));
        expect(raised).toEqual(expect.arrayContaining(names(containing)));
      }),
    );
  });

  it("include a board ten minutes before it is kept, so that a slow clock loses no sale", () => {
    fc.assert(
      fc.property(instants, zones, (now, zone) => {
        const tenMinutesEarlier = plusMs(now, -10 * minuteMs);
        const today = businessDayAt(now, zone);
        const raised = names(raisedBoards(new Set([today]), tenMinutesEarlier, zone));
        const kept = keptBoards(now, zone).filter(({ lastDay }) => lastDay === null || lastDay > today);
        expect(raised).toEqual(expect.arrayContaining(names(kept.filter(({ window }) => window !== "1d"))));
      }),
    );
  });
});

describe("the kept boards", () => {
  it("are yesterday's, today's and all time, and in the last 50 minutes tomorrow's", () => {
    const lastDays = (now: EpochMs) => [...new Set(keptBoards(now, seoul).map(({ lastDay }) => lastDay))];
    const usual = ["2026-11-20", "2026-11-21", null];
    for (const now of [noon, beforeMidnight(51)]) expect(lastDays(now)).toEqual(usual);
    const withTomorrow = ["2026-11-20", "2026-11-21", "2026-11-22", null];
    for (const now of [beforeMidnight(50), plusMs(midnight, -1)]) expect(lastDays(now)).toEqual(withTomorrow);
    expect(lastDays(midnight)).toEqual(["2026-11-21", "2026-11-22", null]);
  });

  it("contain the board of every window, the board before it, and each board once", () => {
    fc.assert(
      fc.property(instants, zones, windows, (now, zone, window) => {
        const kept = keptBoards(now, zone);
        expect(new Set(names(kept)).size).toBe(kept.length);
        const current = boardOf(window, businessDayAt(now, zone));
        expect(kept).toContainEqual(current);
        expect(kept).toContainEqual(boardBefore(current) ?? current);
      }),
    );
  });

  it("contain a day's boards before that day begins", () => {
    fc.assert(
      fc.property(days, zones, windows, (today, zone, window) => {
        const lastInstant = plusMs(startOfDay(plusDays(today, 1), zone), -1);
        expect(keptBoards(lastInstant, zone)).toContainEqual(boardOf(window, plusDays(today, 1)));
      }),
    );
  });

  it("of the days before are kept or removed today", () => {
    fc.assert(
      fc.property(instants, zones, (now, zone) => {
        const known = [...names(keptBoards(now, zone)), ...names(boardsToRemove(businessDayAt(now, zone)))];
        expect(new Set(known).size).toBe(known.length);
        for (const daysBefore of [1, 3, 7]) {
          const earlier = keptBoards(plusMs(now, -daysBefore * 86_400_000), zone);
          expect(known).toEqual(expect.arrayContaining(names(earlier)));
        }
      }),
    );
  });
});

describe("the board of the day before", () => {
  it("is one day earlier, and null for all time", () => {
    expect(boardBefore(boardOf("all", day("2026-11-21")))).toBeNull();
    expect(boardBefore(boardOf("7d", day("2026-01-01")))).toEqual({ window: "7d", lastDay: "2025-12-31" });
  });
});

describe("the movement", () => {
  it.each([
    ["3d", 1, 4, 3],
    ["3d", 4, 1, -3],
    ["1d", 2, 2, 0],
    ["30d", 5, null, "new"],
    ["all", 5, null, null],
    ["all", 5, 9, null],
  ] as const)("on a %s board to rank %i from rank %s is %s", (window, rank, before, movement) => {
    expect(movementOf(window, rank, before)).toBe(movement);
  });
});
