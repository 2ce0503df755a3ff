import { type BusinessDay, plusDays } from "./business-day.js";

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

/**
 * Lists the kept boards: yesterday's for `movement`, today's, tomorrow's so that they are complete at midnight, and
 * all time.
 */
export const keptBoards = (today: BusinessDay): readonly WindowBoard[] => [
  ...boardsEndingOn([-1, 0, 1].map((days) => plusDays(today, days))),
  boardOf("all", today),
];

/** Lists the boards to remove: those whose last day was two to eight days ago. Older ones have expired. */
export const boardsToRemove = (today: BusinessDay): readonly WindowBoard[] =>
  boardsEndingOn([-2, -3, -4, -5, -6, -7, -8].map((days) => plusDays(today, days)));

const containsDay = (board: WindowBoard, day: BusinessDay): boolean =>
  board.window === "all" || ((firstDayOf(board) as BusinessDay) <= day && day <= board.lastDay);

/** Lists the kept boards that count a sale of the day, also if the sale is late. */
export const boardsContaining = (day: BusinessDay, today: BusinessDay): readonly WindowBoard[] =>
  keptBoards(today).filter((board) => containsDay(board, day));

/** The ranks gained since the day before (negative if lost), `"new"`, or `null` for all time. */
export type Movement = "new" | number | null;

/** @param before the product's rank on the board before, or `null` if it is not on that board */
export const movementOf = (window: SalesWindow, rank: number, before: number | null): Movement => {
  if (window === "all") return null;
  return before === null ? "new" : before - rank;
};
