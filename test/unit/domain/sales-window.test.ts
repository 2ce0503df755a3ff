import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type BusinessDay, daysBetween, plusDays } from "../../../src/domain/business-day.js";
import {
  boardBefore,
  boardOf,
  boardsContaining,
  boardsToRemove,
  firstDayOf,
  keptBoards,
  movementOf,
  salesWindows,
  type WindowBoard,
} from "../../../src/domain/sales-window.js";

const day = (text: string) => text as BusinessDay;
const shown = (boards: readonly WindowBoard[]) => boards.map(({ window, lastDay }) => `${window} ${lastDay}`);
const lengths = { "1d": 1, "3d": 3, "7d": 7, "30d": 30 } as const;

const days = fc.integer({ min: 0, max: 40_000 }).map((n) => plusDays(day("1999-12-01"), n));
const windows = fc.constantFrom(...salesWindows);

describe("a window", () => {
  it.each([
    ["1d", "2026-11-21"],
    ["3d", "2026-11-19"],
    ["7d", "2026-11-15"],
    ["30d", "2026-10-23"],
    ["all", null],
  ] as const)("of %s that ends on 2026-11-21 begins on %s", (window, first) => {
    expect(firstDayOf(boardOf(window, day("2026-11-21")))).toBe(first);
  });

  it("counts a leap day", () => {
    expect(firstDayOf(boardOf("3d", day("2028-03-01")))).toBe("2028-02-28");
    expect(firstDayOf(boardOf("30d", day("2027-03-01")))).toBe("2027-01-31");
  });

  it("holds as many days as it says", () => {
    fc.assert(
      fc.property(days, fc.constantFrom("1d", "3d", "7d", "30d"), (today, window) => {
        const board = boardOf(window, today);
        expect(daysBetween(firstDayOf(board) as BusinessDay, today)).toHaveLength(lengths[window]);
      }),
    );
  });
});

describe("the boards", () => {
  it("that hold today's sale end today and tomorrow", () => {
    expect(shown(boardsContaining(day("2026-11-21"), day("2026-11-21")))).toEqual([
      "1d 2026-11-21",
      "3d 2026-11-21",
      "7d 2026-11-21",
      "30d 2026-11-21",
      "3d 2026-11-22",
      "7d 2026-11-22",
      "30d 2026-11-22",
      "all null",
    ]);
  });

  it.each([
    ["2026-11-22", 5, "from a clock that is ahead"],
    ["2026-11-20", 11, "of yesterday"],
    ["2026-11-19", 9, "of the day before"],
    ["2026-11-18", 8, "of the last day that a 3d board holds, yesterday's"],
    ["2026-11-17", 7, "that no 3d board holds"],
    ["2026-10-22", 2, "of the last day that a 30d board holds"],
    ["2026-10-21", 1, "older than every window"],
    ["2026-11-23", 1, "of a day that nobody keeps yet"],
  ])("that hold a sale of %s are %i: %s", (late, count) => {
    expect(boardsContaining(day(late), day("2026-11-21"))).toHaveLength(count);
  });

  it("that hold a day are those kept among whose days it is", () => {
    fc.assert(
      fc.property(days, fc.integer({ min: -40, max: 3 }), (today, offset) => {
        const sold = plusDays(today, offset);
        const expected = keptBoards(today).filter((board) => {
          const first = firstDayOf(board);
          return first === null || daysBetween(first, board.lastDay as BusinessDay).includes(sold);
        });
        expect(boardsContaining(sold, today)).toEqual(expected);
      }),
    );
  });

  it("that are kept are 13, with what is read, what it moved since, and what is read next", () => {
    fc.assert(
      fc.property(days, windows, (today, window) => {
        const kept = keptBoards(today);
        expect(new Set(shown(kept)).size).toBe(13);
        const read = boardOf(window, today);
        expect(kept).toContainEqual(read);
        expect(kept).toContainEqual(boardBefore(read) ?? read);
        expect(kept).toContainEqual(boardOf(window, plusDays(today, 1)));
      }),
    );
  });

  it("that were kept yesterday are kept today or outlived", () => {
    fc.assert(
      fc.property(days, (today) => {
        const now = [...shown(keptBoards(today)), ...shown(boardsToRemove(today))];
        expect(new Set(now).size).toBe(now.length);
        for (const before of [1, 3, 7])
          expect(now).toEqual(expect.arrayContaining(shown(keptBoards(plusDays(today, -before)))));
      }),
    );
  });

  it("of all time have no day before", () => {
    expect(boardBefore(boardOf("all", day("2026-11-21")))).toBeNull();
    expect(boardBefore(boardOf("7d", day("2026-01-01")))).toEqual({ window: "7d", lastDay: "2025-12-31" });
  });
});

describe("a movement", () => {
  it.each([
    ["3d", 1, 4, 3],
    ["3d", 4, 1, -3],
    ["1d", 2, 2, 0],
    ["30d", 5, null, "new"],
    ["all", 5, null, null],
    ["all", 5, 9, null],
  ] as const)("in %s to rank %i from %s is %s", (window, rank, before, movement) => {
    expect(movementOf(window, rank, before)).toBe(movement);
  });
});
