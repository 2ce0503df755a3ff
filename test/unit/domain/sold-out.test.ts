import { describe, expect, it } from "vitest";
import type { BusinessWeek, TimeZone } from "../../../src/domain/business-day.js";
import type { ScheduleState } from "../../../src/domain/concert.js";
import type { ConcertId, ScheduleId } from "../../../src/domain/ids.js";
import {
  boardsKeptAt,
  boardsOf,
  elapsedMs,
  isFirstSellOut,
  type SellOut,
  weeklyBoard,
  weekOf,
} from "../../../src/domain/sold-out.js";
import type { EpochMs } from "../../../src/domain/time.js";

const at = (text: string) => Date.parse(text) as EpochMs;
const seoul = "Asia/Seoul" as TimeZone;
const newYork = "America/New_York" as TimeZone;
const sellOut = (salesOpenAt: string, soldOutAt: string): SellOut => ({
  concertId: "c" as ConcertId,
  scheduleId: "s" as ScheduleId,
  seats: 50,
  salesOpenAt: at(salesOpenAt),
  soldOutAt: at(soldOutAt),
});
const namesOf = (boards: ReturnType<typeof boardsOf>) =>
  boards.map((board) => (board.name === "weekly" ? board.week : board.name));

describe("a sell-out", () => {
  it("takes the time from the opening to the last payment, at least 0", () => {
    expect(elapsedMs(sellOut("2026-11-21T01:00:00Z", "2026-11-21T01:00:42.500Z"))).toBe(42_500);
    expect(elapsedMs(sellOut("2026-11-21T01:00:00Z", "2026-11-21T01:00:00Z"))).toBe(0);
    expect(elapsedMs(sellOut("2026-11-21T01:00:00Z", "2026-11-21T00:59:59.997Z"))).toBe(0);
  });

  it.each([
    // Sunday midnight in Seoul is 15:00 UTC.
    ["2026-11-22T14:59:59.999Z", seoul, "2026-W47"],
    ["2026-11-22T15:00:00Z", seoul, "2026-W48"],
    ["2026-11-22T15:00:00Z", newYork, "2026-W47"],
    ["2027-01-01T00:00:00Z", seoul, "2026-W53"],
  ] as const)("at %s in %s is on the board of %s and on the board of all time", (soldOutAt, zone, week) => {
    const sold = sellOut("2026-11-10T01:00:00Z", soldOutAt);
    expect(weekOf(sold, zone)).toBe(week);
    expect(namesOf(boardsOf(sold, zone))).toEqual(["fastest", week]);
  });
});

describe("the first sell-out", () => {
  const state = (held: number, reserved: number, soldOutAt: EpochMs | null = null): ScheduleState => ({
    schedule: { seats: 3 } as ScheduleState["schedule"],
    counts: { held, reserved },
    soldOutAt,
  });

  it("happens when every seat is paid", () => {
    expect([state(0, 2), state(0, 3)].map(isFirstSellOut)).toEqual([false, true]);
  });

  it("does not count held seats", () => {
    expect(isFirstSellOut(state(1, 2))).toBe(false);
  });

  it("happens once, even if a seat is given back and sold again", () => {
    expect(isFirstSellOut(state(0, 3, at("2026-11-21T01:00:00Z")))).toBe(false);
  });
});

describe("a weekly board", () => {
  it.each([
    ["2026-W47", seoul, "2026-12-06T15:00:00Z"],
    ["2026-W53", seoul, "2027-01-17T15:00:00Z"],
    // The clocks change in between.
    ["2027-W09", newYork, "2027-03-22T04:00:00Z"],
  ] as const)("of %s in %s is kept for its week and two more, until %s", (week, zone, until) => {
    expect(weeklyBoard(week as BusinessWeek, zone)).toEqual({ name: "weekly", week, keptUntil: at(until) });
  });

  it("is kept while it is this week's or one of the two before", () => {
    const kept = boardsKeptAt(at("2027-01-05T00:00:00Z"), seoul);
    expect(namesOf(kept)).toEqual(["fastest", "2027-W01", "2026-W53", "2026-W52"]);
    for (const now of ["2026-11-22T14:59:59.999Z", "2026-11-22T15:00:00Z", "2027-03-14T07:00:00Z"].map(at)) {
      const untils = boardsKeptAt(now, seoul).flatMap((board) => (board.name === "weekly" ? [board.keptUntil] : []));
      expect(Math.min(...untils)).toBeGreaterThan(now);
    }
  });
});
