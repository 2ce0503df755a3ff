import type { Brand } from "./ids.js";
import { dayMs, type EpochMs } from "./time.js";

/** A calendar day in the business time zone, such as `2026-11-21`. String order is date order. */
export type BusinessDay = Brand<string, "BusinessDay">;

/** An ISO week of business days, such as `2026-W47`. It begins on Monday and belongs to the year of its Thursday. */
export type BusinessWeek = Brand<string, "BusinessWeek">;

/** The IANA name of a time zone, such as `Asia/Seoul`. */
export type TimeZone = Brand<string, "TimeZone">;

/** No time zone has ever been further from UTC than this. */
const maxOffsetMs = 16 * 3_600_000;

const formats = new Map<TimeZone, Intl.DateTimeFormat>();

const formatOf = (zone: TimeZone): Intl.DateTimeFormat => {
  let format = formats.get(zone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat("en-CA", { timeZone: zone, year: "numeric", month: "2-digit", day: "2-digit" });
    formats.set(zone, format);
  }
  return format;
};

/** Returns the zone's calendar day at `at`. */
export const businessDayAt = (at: EpochMs, zone: TimeZone): BusinessDay => formatOf(zone).format(at) as BusinessDay;

const utcOf = (day: BusinessDay): number => Date.parse(`${day}T00:00:00Z`);
const dayOf = (utc: number): BusinessDay => new Date(utc).toISOString().slice(0, 10) as BusinessDay;

/** Returns the day `days` later, or earlier if `days` is negative. */
export const plusDays = (day: BusinessDay, days: number): BusinessDay => dayOf(utcOf(day) + days * dayMs);

/** Counts the days from `first` to `last`, both included. The result is 0 or negative if `last` is before `first`. */
export const dayCount = (first: BusinessDay, last: BusinessDay): number =>
  Math.round((utcOf(last) - utcOf(first)) / dayMs) + 1;

/** Lists the days from `first` to `last`, both included. */
export const daysBetween = (first: BusinessDay, last: BusinessDay): readonly BusinessDay[] =>
  Array.from({ length: Math.max(0, dayCount(first, last)) }, (_, n) => plusDays(first, n));

/**
 * Returns the first instant that has the day's date. This is not always midnight, because some days have none, and not
 * always 24 hours after the previous day's start. A day that the zone skipped starts when the next day starts.
 */
export const startOfDay = (day: BusinessDay, zone: TimeZone): EpochMs => {
  let before = utcOf(day) - maxOffsetMs;
  let from = utcOf(day) + maxOffsetMs;
  while (from - before > 1) {
    const middle = Math.floor((before + from) / 2);
    if (businessDayAt(middle as EpochMs, zone) >= day) from = middle;
    else before = middle;
  }
  return from as EpochMs;
};

/** Returns the ISO week that contains the day. */
export const businessWeekOf = (day: BusinessDay): BusinessWeek => {
  const utc = utcOf(day);
  const sinceMonday = (new Date(utc).getUTCDay() + 6) % 7;
  const thursday = utc + (3 - sinceMonday) * dayMs;
  const year = new Date(thursday).getUTCFullYear();
  const week = Math.floor((thursday - Date.UTC(year, 0, 1)) / (7 * dayMs)) + 1;
  return `${year}-W${String(week).padStart(2, "0")}` as BusinessWeek;
};

/** Returns the Monday of the week. */
export const mondayOf = (week: BusinessWeek): BusinessDay => {
  const [year = "", number = ""] = week.split("-W");
  // January 4 is always in week 1.
  const fourth = Date.UTC(Number(year), 0, 4);
  const sinceMonday = (new Date(fourth).getUTCDay() + 6) % 7;
  return dayOf(fourth + ((Number(number) - 1) * 7 - sinceMonday) * dayMs);
};

/** Checks that the text is an existing day. */
export const isBusinessDay = (text: string): text is BusinessDay =>
  /^\d{4}-\d\d-\d\d$/.test(text) &&
  !Number.isNaN(utcOf(text as BusinessDay)) &&
  dayOf(utcOf(text as BusinessDay)) === text;

/** Checks that the text is an existing ISO week. */
export const isBusinessWeek = (text: string): text is BusinessWeek =>
  /^\d{4}-W\d\d$/.test(text) && businessWeekOf(mondayOf(text as BusinessWeek)) === text;
