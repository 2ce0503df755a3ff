import type { Engines } from "./engines.js";

/** One line of the table. */
export type Row = {
  readonly what: string;
  /** What was measured, in words. */
  readonly measured: string;
  readonly target: string;
  /** Absent where there is nothing to meet. */
  readonly met?: boolean;
};

/** Measures one thing, in about a minute. */
export type Measurement = (engines: Engines) => Promise<readonly Row[]>;

const shown = (value: number): string =>
  value >= 1000 ? Math.round(value).toLocaleString("en") : value.toPrecision(3);

/** `rate`/s and the CPU of one operation. */
export const speed = ({ rate, microseconds }: { readonly rate: number; readonly microseconds: number }): string =>
  `${shown(rate)}/s, ${shown(microseconds)} µs CPU each`;

/** A ratio or figure that must reach `target`. */
export const atLeast = (what: string, value: number, target: number, unit = "×"): Row => ({
  what,
  measured: `${shown(value)} ${unit}`,
  target: `≥ ${target} ${unit}`,
  met: value >= target,
});

/** A ratio or figure that must not pass `target`. */
export const atMost = (what: string, value: number, target: number, unit = "×"): Row => ({
  what,
  measured: `${shown(value)} ${unit}`,
  target: `≤ ${target} ${unit}`,
  met: value <= target,
});
