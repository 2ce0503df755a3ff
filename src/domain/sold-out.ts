import {
  type BusinessWeek,
  businessDayAt,
  businessWeekOf,
  mondayOf,
  plusDays,
  startOfDay,
  type TimeZone,
} from "./business-day.js";
import type { ScheduleState } from "./concert.js";
import { createEvent, type EventOf } from "./event.js";
import type { ConcertId, ScheduleId } from "./ids.js";
import { type EpochMs, fromInstant, toInstant } from "./time.js";

/** The first time that all seats of a schedule were paid. It never changes, even if a seat is cancelled later. */
export type SellOut = {
  readonly concertId: ConcertId;
  readonly scheduleId: ScheduleId;
  readonly seats: number;
  readonly salesOpenAt: EpochMs;
  /** When the payment of the last seat was closed. */
  readonly soldOutAt: EpochMs;
};

/** Returns whether all seats are paid for the first time. Held seats never count. */
export const isFirstSellOut = ({ schedule, counts, soldOutAt }: ScheduleState): boolean =>
  soldOutAt === null && counts.reserved === schedule.seats;

/** Returns the time from the opening to the last payment. It is at least 0, although the clocks of two nodes may differ. */
export const elapsedMs = ({ salesOpenAt, soldOutAt }: SellOut): number => Math.max(soldOutAt - salesOpenAt, 0);

const weekAt = (at: EpochMs, zone: TimeZone): BusinessWeek => businessWeekOf(businessDayAt(at, zone));

/** Returns the week whose board contains the sell-out. */
export const weekOf = ({ soldOutAt }: SellOut, zone: TimeZone): BusinessWeek => weekAt(soldOutAt, zone);

/** A sold-out board: of all time, or of one week. A weekly board is kept until `keptUntil`. */
export type Board =
  | { readonly name: "fastest" }
  | { readonly name: "weekly"; readonly week: BusinessWeek; readonly keptUntil: EpochMs };

/** The maximum number of sell-outs on a board. The database keeps all sell-outs. */
export const boardSize = 50;

/** How many weeks a weekly board is kept after its own week. */
const weeksAfter = 2;

export const fastestBoard: Board = { name: "fastest" };

export const weeklyBoard = (week: BusinessWeek, zone: TimeZone): Board => ({
  name: "weekly",
  week,
  keptUntil: startOfDay(plusDays(mondayOf(week), 7 * (1 + weeksAfter)), zone),
});

/** Lists the boards that may contain the sell-out. */
export const boardsOf = (sellOut: SellOut, zone: TimeZone): readonly Board[] => [
  fastestBoard,
  weeklyBoard(weekOf(sellOut, zone), zone),
];

/** Lists the boards that are kept at `now`. This week's board comes before those of older weeks. */
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
