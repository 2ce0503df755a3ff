import type { Backends } from "./backends.js";

/** One row of the table. With `--json` it is printed as it is. */
export type Row = {
  readonly what: string;
  readonly value: string;
  readonly target: string;
  /** Missing if there is no target. */
  readonly met?: boolean;
};

/** Measures one thing in about a minute. */
export type Measurement = (backends: Backends) => Promise<readonly Row[]>;

const format = (value: number): string =>
  value >= 1000 ? Math.round(value).toLocaleString("en") : value.toPrecision(3);

type Speed = {
  readonly rate: number;
  readonly microseconds: number;
  readonly p50?: number;
  readonly p99?: number;
};

/** Formats the operations per second, the CPU time per operation, and the percentiles of the response time if known. */
export const speed = ({ rate, microseconds, p50, p99 }: Speed): string => {
  const times = p50 === undefined || p99 === undefined ? "" : `, p50 ${format(p50)} ms, p99 ${format(p99)} ms`;
  return `${format(rate)}/s, ${format(microseconds)} µs CPU${times}`;
};

/** A value that must be at least `target`. */
export const atLeast = (what: string, value: number, target: number, unit = "×"): Row => ({
  what,
  value: `${format(value)} ${unit}`,
  target: `≥ ${target} ${unit}`,
  met: value >= target,
});

/** A value that must be at most `target`. */
export const atMost = (what: string, value: number, target: number, unit = "×"): Row => ({
  what,
  value: `${format(value)} ${unit}`,
  target: `≤ ${target} ${unit}`,
  met: value <= target,
});
