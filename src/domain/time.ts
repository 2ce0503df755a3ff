import type { Brand } from "./ids.js";

/** Milliseconds since 1970-01-01T00:00:00Z: what the core compares and the database keeps. */
export type EpochMs = Brand<number, "EpochMs">;

/** ISO-8601 in UTC, to the millisecond: what crosses a wire. */
export type Instant = Brand<string, "Instant">;

/** What an instant's text matches. */
export const instantPattern = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

/** The instant's text for the wire. */
export const toInstant = (at: EpochMs): Instant => new Date(at).toISOString() as Instant;

/** `at` moved by `ms` milliseconds. */
export const after = (at: EpochMs, ms: number): EpochMs => (at + ms) as EpochMs;

/** The milliseconds of an instant's text. */
export const fromInstant = (at: Instant): EpochMs => Date.parse(at) as EpochMs;
