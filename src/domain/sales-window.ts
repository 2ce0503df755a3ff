import { type BusinessDay, plusDays } from "./business-day.js";

/** How many days a window holds: its last day and those before it. */
const daysIn = { "1d": 1, "3d": 3, "7d": 7, "30d": 30 } as const;

type DayWindow = keyof typeof daysIn;
/** What a board of best sellers counts: today and the days before, or all time. */
export type SalesWindow = DayWindow | "all";

const dayWindows = Object.keys(daysIn) as readonly DayWindow[];
export const salesWindows: readonly SalesWindow[] = [...dayWindows, "all"];

/** One board: a window that ends with its last day, or the one of all time. */
export type WindowBoard =
  | { readonly window: DayWindow; readonly lastDay: BusinessDay }
  | { readonly window: "all"; readonly lastDay: null };

/** The board that shows the window today. */
export const boardOf = (window: SalesWindow, today: BusinessDay): WindowBoard =>
  window === "all" ? { window, lastDay: null } : { window, lastDay: today };

/** The first day that the board holds; `null`: every day since ever. */
export const firstDayOf = (board: WindowBoard): BusinessDay | null =>
  board.window === "all" ? null : plusDays(board.lastDay, 1 - daysIn[board.window]);

/** The same window as it was a day earlier, for the movement since; none for all time. */
export const boardBefore = (board: WindowBoard): WindowBoard | null =>
  board.window === "all" ? null : { window: board.window, lastDay: plusDays(board.lastDay, -1) };

const endingOn = (days: readonly BusinessDay[]): readonly WindowBoard[] =>
  days.flatMap((day) => dayWindows.map((window) => boardOf(window, day)));

/**
 * The boards that are kept: yesterday's to tell movements, today's to read, tomorrow's so that they are whole before
 * anyone asks for them, and all time.
 */
export const keptBoards = (today: BusinessDay): readonly WindowBoard[] => [
  ...endingOn([-1, 0, 1].map((days) => plusDays(today, days))),
  boardOf("all", today),
];

/** The boards that nobody needs since two days after their last day, as far back as a week of them. */
export const boardsToRemove = (today: BusinessDay): readonly WindowBoard[] =>
  endingOn([-2, -3, -4, -5, -6, -7, -8].map((days) => plusDays(today, days)));

const holds = (board: WindowBoard, day: BusinessDay): boolean =>
  board.window === "all" || ((firstDayOf(board) as BusinessDay) <= day && day <= board.lastDay);

/** The kept boards that a sale of the day counts on, however late it comes. */
export const boardsHolding = (day: BusinessDay, today: BusinessDay): readonly WindowBoard[] =>
  keptBoards(today).filter((board) => holds(board, day));

/** Ranks gained since the day before, negative where lost; `null` for all time, which has no day before. */
export type Movement = "new" | number | null;

/** @param before the product's rank on the board before; `null` where it was not on it */
export const movementOf = (window: SalesWindow, rank: number, before: number | null): Movement => {
  if (window === "all") return null;
  return before === null ? "new" : before - rank;
};
