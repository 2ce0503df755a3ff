import type { Brand } from "./ids.js";
import type { EpochMs } from "./time.js";

/** A calendar day in the business time zone, `2026-11-21`; days compare as their texts do. */
export type BusinessDay = Brand<string, "BusinessDay">;

/** An ISO week of business days, `2026-W47`: it begins on Monday and belongs to the year that holds its Thursday. */
export type BusinessWeek = Brand<string, "BusinessWeek">;

/** An IANA time zone's name, such as `Asia/Seoul`. */
export type TimeZone = Brand<string, "TimeZone">;

const dayMs = 86_400_000;
/** Clocks were never further from UTC than this. */
const mostOffsetMs = 16 * 3_600_000;

const formats = new Map<TimeZone, Intl.DateTimeFormat>();

const formatOf = (zone: TimeZone): Intl.DateTimeFormat => {
  let format = formats.get(zone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat("en-CA", { timeZone: zone, year: "numeric", month: "2-digit", day: "2-digit" });
    formats.set(zone, format);
  }
  return format;
};

/** The day that the zone's calendars show at `at`. */
export const businessDayAt = (at: EpochMs, zone: TimeZone): BusinessDay => formatOf(zone).format(at) as BusinessDay;

const utcOf = (day: BusinessDay): number => Date.parse(`${day}T00:00:00Z`);
const dayOf = (utc: number): BusinessDay => new Date(utc).toISOString().slice(0, 10) as BusinessDay;

/** The day `days` later; earlier where that is negative. */
export const plusDays = (day: BusinessDay, days: number): BusinessDay => dayOf(utcOf(day) + days * dayMs);

/** How many days there are from `first` to `last`, both included; not above 0 where `last` is the earlier. */
export const dayCount = (first: BusinessDay, last: BusinessDay): number =>
  Math.round((utcOf(last) - utcOf(first)) / dayMs) + 1;

/** The days from `first` to `last`, both included. */
export const daysBetween = (first: BusinessDay, last: BusinessDay): readonly BusinessDay[] =>
  Array.from({ length: Math.max(0, dayCount(first, last)) }, (_, n) => plusDays(first, n));

/**
 * The first instant that bears the day's date. It need not be midnight, which some days do not have, nor 24 hours
 * after the day before began; and a day that the zone left out begins when the next one does.
 */
export const startOfDay = (day: BusinessDay, zone: TimeZone): EpochMs => {
  let before = utcOf(day) - mostOffsetMs;
  let from = utcOf(day) + mostOffsetMs;
  while (from - before > 1) {
    const middle = Math.floor((before + from) / 2);
    if (businessDayAt(middle as EpochMs, zone) >= day) from = middle;
    else before = middle;
  }
  return from as EpochMs;
};

/** The ISO week that holds the day. */
export const businessWeekOf = (day: BusinessDay): BusinessWeek => {
  const utc = utcOf(day);
  const sinceMonday = (new Date(utc).getUTCDay() + 6) % 7;
  const thursday = utc + (3 - sinceMonday) * dayMs;
  const year = new Date(thursday).getUTCFullYear();
  const week = Math.floor((thursday - Date.UTC(year, 0, 1)) / (7 * dayMs)) + 1;
  return `${year}-W${String(week).padStart(2, "0")}` as BusinessWeek;
};

/** Monday of the week. */
export const mondayOf = (week: BusinessWeek): BusinessDay => {
  const [year = "", number = ""] = week.split("-W");
  // The fourth of January is always in the first week.
  const fourth = Date.UTC(Number(year), 0, 4);
  const sinceMonday = (new Date(fourth).getUTCDay() + 6) % 7;
  return dayOf(fourth + ((Number(number) - 1) * 7 - sinceMonday) * dayMs);
};

/** Whether the text names a day that there is. */
export const isBusinessDay = (text: string): text is BusinessDay =>
  /^\d{4}-\d\d-\d\d$/.test(text) &&
  !Number.isNaN(utcOf(text as BusinessDay)) &&
  dayOf(utcOf(text as BusinessDay)) === text;

/** Whether the text names a week that there is. */
export const isBusinessWeek = (text: string): text is BusinessWeek =>
  /^\d{4}-W\d\d$/.test(text) && businessWeekOf(mondayOf(text as BusinessWeek)) === text;
