import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type BusinessDay,
  type BusinessWeek,
  businessDayAt,
  businessWeekOf,
  daysBetween,
  isBusinessDay,
  isBusinessWeek,
  mondayOf,
  plusDays,
  startOfDay,
  type TimeZone,
} from "../../../src/domain/business-day.js";
import type { EpochMs } from "../../../src/domain/time.js";

const day = (text: string) => text as BusinessDay;
const week = (text: string) => text as BusinessWeek;
const zone = (name: string) => name as TimeZone;
const at = (text: string) => Date.parse(text) as EpochMs;
const justBefore = (ms: EpochMs) => (ms - 1) as EpochMs;
const hour = 3_600_000;

const seoul = zone("Asia/Seoul");
/** Zones ahead of and behind UTC, with half hours, and with clock changes at midnight. */
const zones = [
  "Asia/Seoul",
  "UTC",
  "America/New_York",
  "Europe/Berlin",
  "America/Santiago",
  "Asia/Kolkata",
  "Australia/Lord_Howe",
  "Pacific/Kiritimati",
  "Pacific/Pago_Pago",
].map(zone);

const someZone = fc.constantFrom(...zones);
const someDay = fc
  .integer({ min: Date.UTC(2000, 0, 1) / 86_400_000, max: Date.UTC(2099, 11, 31) / 86_400_000 })
  .map((n) => day(new Date(n * 86_400_000).toISOString().slice(0, 10)));
const someInstant = fc.integer({ min: Date.UTC(2000, 0, 2), max: Date.UTC(2099, 11, 30) }).map((ms) => ms as EpochMs);

describe("a business day", () => {
  it.each([
    ["Seoul, where it is 15:00 UTC the day before", "Asia/Seoul", "2026-11-21", "2026-11-20T15:00:00Z", 24],
    ["New York, when an hour is skipped", "America/New_York", "2027-03-14", "2027-03-14T05:00:00Z", 23],
    ["New York, when an hour is repeated", "America/New_York", "2027-11-07", "2027-11-07T04:00:00Z", 25],
    ["Berlin, when the hour from 02:00 is skipped", "Europe/Berlin", "2027-03-28", "2027-03-27T23:00:00Z", 23],
    ["Santiago, when the day starts at 01:00", "America/Santiago", "2027-09-05", "2027-09-05T04:00:00Z", 23],
    ["Santiago, the day before", "America/Santiago", "2027-09-04", "2027-09-04T04:00:00Z", 24],
    ["Havana, when midnight is repeated", "America/Havana", "2026-11-01", "2026-11-01T04:00:00Z", 25],
    ["Lord Howe, whose clocks move by half an hour", "Australia/Lord_Howe", "2026-10-04", "2026-10-03T13:30:00Z", 23.5],
    ["Seoul on 29 February", "Asia/Seoul", "2028-02-29", "2028-02-28T15:00:00Z", 24],
  ])("in %s", (_, name, text, begins, hours) => {
    const start = startOfDay(day(text), zone(name));
    expect(start).toBe(at(begins));
    expect(startOfDay(plusDays(day(text), 1), zone(name)) - start).toBe(hours * hour);
    expect(businessDayAt(start, zone(name))).toBe(text);
    expect(businessDayAt(justBefore(start), zone(name))).toBe(plusDays(day(text), -1));
  });

  it("that the zone skipped starts when the next day starts", () => {
    const apia = zone("Pacific/Apia");
    expect(startOfDay(day("2011-12-30"), apia)).toBe(at("2011-12-30T10:00:00Z"));
    expect(startOfDay(day("2011-12-31"), apia)).toBe(at("2011-12-30T10:00:00Z"));
  });

  it("is the calendar day of the zone", () => {
    expect(businessDayAt(at("2026-11-21T14:59:59.999Z"), seoul)).toBe("2026-11-21");
    expect(businessDayAt(at("2026-11-21T15:00:00Z"), seoul)).toBe("2026-11-22");
    expect(businessDayAt(at("2026-11-21T15:00:00Z"), zone("America/New_York"))).toBe("2026-11-21");
    expect(businessDayAt(at("2026-12-31T15:00:00Z"), seoul)).toBe("2027-01-01");
  });

  it("counts across the ends of months, leap days and years", () => {
    expect(plusDays(day("2028-02-28"), 1)).toBe("2028-02-29");
    expect(plusDays(day("2028-02-28"), 2)).toBe("2028-03-01");
    expect(plusDays(day("2027-02-28"), 1)).toBe("2027-03-01");
    expect(plusDays(day("2027-01-01"), -1)).toBe("2026-12-31");
    expect(plusDays(day("2028-02-29"), 366)).toBe("2029-03-01");
  });

  it("lists the days between two days, both included", () => {
    expect(daysBetween(day("2028-02-28"), day("2028-03-01"))).toEqual(["2028-02-28", "2028-02-29", "2028-03-01"]);
    expect(daysBetween(day("2028-02-28"), day("2028-02-28"))).toEqual(["2028-02-28"]);
    expect(daysBetween(day("2028-02-28"), day("2028-02-27"))).toEqual([]);
  });

  it.each([
    "2026-02-29",
    "2027-04-31",
    "2026-13-01",
    "2026-00-10",
    "2026-1-1",
    "2026-11-21T00:00:00Z",
    " 2026-11-21",
    "",
  ])("is not %j", (text) => expect(isBusinessDay(text)).toBe(false));

  it("starts at the first instant that has its date", () => {
    fc.assert(
      fc.property(someDay, someZone, (some, where) => {
        const start = startOfDay(some, where);
        expect(businessDayAt(start, where)).toBe(some);
        expect(businessDayAt(justBefore(start), where)).toBe(plusDays(some, -1));
      }),
    );
  });

  it("contains every instant in exactly one day", () => {
    fc.assert(
      fc.property(someInstant, someZone, (now, where) => {
        const some = businessDayAt(now, where);
        expect(isBusinessDay(some)).toBe(true);
        expect(startOfDay(some, where)).toBeLessThanOrEqual(now);
        expect(startOfDay(plusDays(some, 1), where)).toBeGreaterThan(now);
      }),
    );
  });

  it("is ordered by its text and counts forward and backward", () => {
    fc.assert(
      fc.property(someDay, fc.integer({ min: 1, max: 800 }), (some, days) => {
        const later = plusDays(some, days);
        expect(later > some).toBe(true);
        expect(plusDays(later, -days)).toBe(some);
        const all = daysBetween(some, later);
        expect([all.length, all[0], all.at(-1)]).toEqual([days + 1, some, later]);
        expect([...all].sort()).toEqual(all);
      }),
    );
  });
});

describe("a business week", () => {
  it.each([
    ["2026-11-21", "2026-W47", "2026-11-16"],
    ["2026-11-16", "2026-W47", "2026-11-16"],
    ["2026-11-22", "2026-W47", "2026-11-16"],
    ["2026-11-23", "2026-W48", "2026-11-23"],
    // The year 2026 has 53 weeks, and the last one reaches into 2027.
    ["2026-12-31", "2026-W53", "2026-12-28"],
    ["2027-01-01", "2026-W53", "2026-12-28"],
    ["2027-01-03", "2026-W53", "2026-12-28"],
    ["2027-01-04", "2027-W01", "2027-01-04"],
    ["2021-01-01", "2020-W53", "2020-12-28"],
    // Days of December that belong to the new year.
    ["2024-12-30", "2025-W01", "2024-12-30"],
    ["2018-12-31", "2019-W01", "2018-12-31"],
    // Days of January that belong to the old year, of 52 weeks.
    ["2022-01-01", "2021-W52", "2021-12-27"],
    ["2028-01-02", "2027-W52", "2027-12-27"],
    ["2028-02-29", "2028-W09", "2028-02-28"],
  ])("of %s is %s and begins on %s", (some, name, monday) => {
    expect(businessWeekOf(day(some))).toBe(name);
    expect(mondayOf(week(name))).toBe(monday);
    expect(isBusinessWeek(name)).toBe(true);
  });

  it.each(["2027-W53", "2026-W54", "2026-W00", "2026-W7", "2026-47", "2026-W47-1", "2026-w47", ""])(
    "is not %j",
    (text) => expect(isBusinessWeek(text)).toBe(false),
  );

  it("has seven days from its Monday, and its Thursday's year", () => {
    fc.assert(
      fc.property(someDay, (some) => {
        const its = businessWeekOf(some);
        const monday = mondayOf(its);
        const days = daysBetween(monday, plusDays(monday, 6));
        expect(new Date(monday).getUTCDay()).toBe(1);
        expect(days).toContain(some);
        expect(new Set(days.map(businessWeekOf))).toEqual(new Set([its]));
        expect(its.slice(0, 4)).toBe(days[3]?.slice(0, 4));
        expect(businessWeekOf(plusDays(monday, 7)) > its).toBe(true);
      }),
    );
  });
});
