import type { Brand } from "./ids.js";

/** Milliseconds since 1970-01-01T00:00:00Z. The domain and the database use this form. */
export type EpochMs = Brand<number, "EpochMs">;

/** The length of a day without a change of the time zone, ms. */
export const dayMs = 86_400_000;

/** How much the clocks of two nodes may differ, ms. */
export const clockErrorMs = 1000;

/** ISO-8601 in UTC with milliseconds. The API and events use this form. */
export type Instant = Brand<string, "Instant">;

/** The format of an instant. */
export const instantPattern = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

/** Formats a time as ISO-8601. */
export const toInstant = (at: EpochMs): Instant => new Date(at).toISOString() as Instant;

/** Returns the time `ms` milliseconds after `at`; before it, if `ms` is negative. */
export const after = (at: EpochMs, ms: number): EpochMs => (at + ms) as EpochMs;

/** Parses an instant. */
export const fromInstant = (at: Instant): EpochMs => Date.parse(at) as EpochMs;

/** The bounds of every time that a request may set. */
export const earliestPlanned = "2000-01-01T00:00:00.000Z" as Instant;
export const latestPlanned = "2199-12-31T23:59:59.999Z" as Instant;
