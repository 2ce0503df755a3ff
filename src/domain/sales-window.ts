import { type BusinessDay, businessDayAt, plusDays, type TimeZone } from "./business-day.js";
import { after, type EpochMs } from "./time.js";

/** The number of days in a window: its last day and the days before. */
const daysIn = { "1d": 1, "3d": 3, "7d": 7, "30d": 30 } as const;

type DayWindow = keyof typeof daysIn;
/** The period that a product board counts: today and the days before, or all time. */
export type SalesWindow = DayWindow | "all";

const dayWindows = Object.keys(daysIn) as readonly DayWindow[];
export const salesWindows: readonly SalesWindow[] = [...dayWindows, "all"];

/** A product board: a window that ends with its last day, or all time. */
export type WindowBoard =
  | { readonly window: DayWindow; readonly lastDay: BusinessDay }
  | { readonly window: "all"; readonly lastDay: null };

/** Returns the board that shows the window on the day `today`. */
export const boardOf = (window: SalesWindow, today: BusinessDay): WindowBoard =>
  window === "all" ? { window, lastDay: null } : { window, lastDay: today };

/** Identifies the board among all product boards. */
export const boardName = ({ window, lastDay }: WindowBoard): string =>
  lastDay === null ? window : `${window}:${lastDay}`;

/** Returns the board's first day, or `null` for all time. */
export const firstDayOf = (board: WindowBoard): BusinessDay | null =>
  board.window === "all" ? null : plusDays(board.lastDay, 1 - daysIn[board.window]);

/** Returns the same window one day earlier, with which `movement` compares, or `null` for all time. */
export const boardBefore = (board: WindowBoard): WindowBoard | null =>
  board.window === "all" ? null : { window: board.window, lastDay: plusDays(board.lastDay, -1) };

const boardsEndingOn = (days: readonly BusinessDay[]): readonly WindowBoard[] =>
  days.flatMap((day) => dayWindows.map((window) => boardOf(window, day)));

/** Tomorrow's boards are kept from this time before midnight, which is enough to fill them for millions of products. */
const keptAheadMs = 50 * 60_000;
/** Sales raise tomorrow's boards ten minutes earlier, so that a node whose clock is slow also does so before the fill. */
const raisedAheadMs = 60 * 60_000;

const boardsAt = (now: EpochMs, zone: TimeZone, aheadMs: number): readonly WindowBoard[] => {
  const today = businessDayAt(now, zone);
  const ahead = businessDayAt(after(now, aheadMs), zone);
  const days = new Set([plusDays(today, -1), today, ahead]);
  return [...boardsEndingOn([...days]), boardOf("all", today)];
};

/**
 * Lists the kept boards: yesterday's for `movement`, today's, all time, and shortly before midnight tomorrow's, so that
 * they are complete when the day begins.
 */
export const keptBoards = (now: EpochMs, zone: TimeZone): readonly WindowBoard[] => boardsAt(now, zone, keptAheadMs);

/**
 * Lists the boards that sales of the days raise, also if the sales are late. Most of the day these are only the boards
 * that readers use: each further board costs Redis some µs per sale.
 */
export const raisedBoards = (days: ReadonlySet<BusinessDay>, now: EpochMs, zone: TimeZone): readonly WindowBoard[] =>
  boardsAt(now, zone, raisedAheadMs).filter((board) => [...days].some((day) => containsDay(board, day)));

/** Lists the boards to remove: those whose last day was two to eight days ago. Older ones have expired. */
export const boardsToRemove = (today: BusinessDay): readonly WindowBoard[] =>
  boardsEndingOn([-2, -3, -4, -5, -6, -7, -8].map((days) => plusDays(today, days)));

const containsDay = (board: WindowBoard, day: BusinessDay): boolean =>
  board.window === "all" || ((firstDayOf(board) as BusinessDay) <= day && day <= board.lastDay);

/** The ranks gained since the day before (negative if lost), `"new"`, or `null` for all time. */
export type Movement = "new" | number | null;

/** @param before the product's rank on the board before, or `null` if it is not on that board */
export const movementOf = (window: SalesWindow, rank: number, before: number | null): Movement => {
  if (window === "all") return null;
  return before === null ? "new" : before - rank;
};
