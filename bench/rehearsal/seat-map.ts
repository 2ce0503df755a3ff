import { setTimeout as pause } from "node:timers/promises";
import type { BoxOffice, SeatStatus } from "./box-office.js";

/** How old the map may be that shoppers look at, ms. */
const ageMs = 500;
/** How many go for each seat that has become free; all of those who wait would only keep each other waiting. */
const rivals = 10;

/** The hall as every front end shows it: one reading for all who look, until it is too old. */
export class SeatMap {
  private readonly office: BoxOffice;
  private reading: Promise<readonly SeatStatus[]> | undefined;
  private waiting = 0;

  constructor(office: BoxOffice) {
    this.office = office;
  }

  /** A seat to go for, once there is one; `null` when every seat is sold, or at the deadline. */
  async choose(deadline: number): Promise<number | null> {
    this.waiting += 1;
    try {
      while (Date.now() < deadline) {
        const seats = await this.recent();
        if (seats.every((status) => status === "reserved")) return null;
        const free = seats.flatMap((status, index) => (status === "available" ? [index + 1] : []));
        if (Math.random() < (rivals * free.length) / this.waiting)
          return free[Math.floor(Math.random() * free.length)] ?? null;
        await pause(ageMs);
      }
      return null;
    } finally {
      this.waiting -= 1;
    }
  }

  private recent(): Promise<readonly SeatStatus[]> {
    this.reading ??= this.office.seats().finally(() => {
      setTimeout(() => {
        this.reading = undefined;
      }, ageMs).unref();
    });
    return this.reading;
  }
}
