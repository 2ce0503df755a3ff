import type { Clock } from "../../application/ports/clock.js";
import type { EpochMs } from "../../domain/time.js";

/**
 * The clock of a database server. It is measured on each new connection, before the connection is used, and runs on with
 * this process's monotonic clock. So all nodes of a database agree on the time, also if the clock of a host is wrong.
 */
export class ServerClock implements Clock {
  private measured: { readonly offsetMs: number; readonly errorMs: number } | undefined;

  /** Returns the server's time, or the time of this host before the first measurement. */
  now(): EpochMs {
    const { measured } = this;
    return (measured === undefined ? Date.now() : Math.round(performance.now() + measured.offsetMs)) as EpochMs;
  }

  /**
   * Uses a measurement that is more exact than the current one or contradicts it.
   * @param serverMs the time that the server returned
   * @param sentAt when the query was sent, and `receivedAt` when its response arrived, by `performance.now()`
   */
  measure(serverMs: number, sentAt: number, receivedAt: number): void {
    const errorMs = (receivedAt - sentAt) / 2;
    const offsetMs = serverMs - (sentAt + receivedAt) / 2;
    const { measured } = this;
    const isBetter = measured === undefined || errorMs < measured.errorMs;
    if (isBetter || Math.abs(offsetMs - measured.offsetMs) > errorMs + measured.errorMs)
      this.measured = { offsetMs, errorMs };
  }
}
