import {
  type BusinessWeek,
  businessDayAt,
  businessWeekOf,
  mondayOf,
  plusDays,
  startOfDay,
  type TimeZone,
} from "./business-day.js";
import { createEvent, type EventOf } from "./event.js";
import type { ConcertId, ScheduleId } from "./ids.js";
import { type EpochMs, fromInstant, toInstant } from "./time.js";

/** A schedule whose every seat was paid, once; it never changes, also when a seat comes back later. */
export type SellOut = {
  readonly concertId: ConcertId;
  readonly scheduleId: ScheduleId;
  readonly seats: number;
  readonly salesOpenAt: EpochMs;
  /** When the payment that filled the last seat was closed. */
  readonly soldOutAt: EpochMs;
};

/** From the opening to the last payment; never below 0, though two nodes' clocks may differ. */
export const elapsedMs = ({ salesOpenAt, soldOutAt }: SellOut): number => Math.max(soldOutAt - salesOpenAt, 0);

const weekAt = (at: EpochMs, zone: TimeZone): BusinessWeek => businessWeekOf(businessDayAt(at, zone));

/** The week on whose board the sell-out stands. */
export const weekOf = ({ soldOutAt }: SellOut, zone: TimeZone): BusinessWeek => weekAt(soldOutAt, zone);

/** Sell-outs by speed: of all time, or of one week, and then kept until `keptUntil`. */
export type Board =
  | { readonly name: "fastest" }
  | { readonly name: "weekly"; readonly week: BusinessWeek; readonly keptUntil: EpochMs };

/** As many sell-outs as a board holds; the database has them all. */
export const boardSize = 50;

/** Weeks that a weekly board is kept beyond its own. */
const weeksAfter = 2;

export const fastestBoard: Board = { name: "fastest" };

export const weeklyBoard = (week: BusinessWeek, zone: TimeZone): Board => ({
  name: "weekly",
  week,
  keptUntil: startOfDay(plusDays(mondayOf(week), 7 * (1 + weeksAfter)), zone),
});

/** The boards on which a sell-out may stand. */
export const boardsOf = (sellOut: SellOut, zone: TimeZone): readonly Board[] => [
  fastestBoard,
  weeklyBoard(weekOf(sellOut, zone), zone),
];

/** Every board that is kept at `now`, this week's before older ones. */
export const boardsKeptAt = (now: EpochMs, zone: TimeZone): readonly Board[] => {
  const monday = mondayOf(weekAt(now, zone));
  const weeks = Array.from({ length: 1 + weeksAfter }, (_, ago) => businessWeekOf(plusDays(monday, -7 * ago)));
  return [fastestBoard, ...weeks.map((week) => weeklyBoard(week, zone))];
};

/** The event of a schedule's first sell-out. */
export const scheduleSoldOut = (sellOut: SellOut): EventOf<"schedule.sold-out"> => {
  const { salesOpenAt, soldOutAt } = sellOut;
  const data = { ...sellOut, salesOpenAt: toInstant(salesOpenAt), soldOutAt: toInstant(soldOutAt) };
  return createEvent("schedule.sold-out", data, soldOutAt);
};

/** The sell-out that the event reports. */
export const sellOutFrom = ({ data }: EventOf<"schedule.sold-out">): SellOut => ({
  ...data,
  salesOpenAt: fromInstant(data.salesOpenAt),
  soldOutAt: fromInstant(data.soldOutAt),
});
