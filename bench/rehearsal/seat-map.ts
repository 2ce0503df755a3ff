import { setTimeout as pause } from "node:timers/promises";
import type { BoxOffice, SeatStatus } from "./box-office.js";

/** How old the map may be that shoppers look at, ms. */
const ageMs = 500;
/** How many go for each seat that has become free; all of those who wait would only keep each other waiting. */
const rivals = 10;

/** What there is to choose from; `isSold`: and never will be again. */
type Choice = { readonly free: readonly number[]; readonly isSold: boolean };

const choiceOf = (seats: readonly SeatStatus[]): Choice => ({
  free: seats.flatMap((status, index) => (status === "available" ? [index + 1] : [])),
  isSold: seats.every((status) => status === "reserved"),
});

/** The hall as every front end shows it: one reading for all who look, until it is too old. */
export class SeatMap {
  private readonly office: BoxOffice;
  private reading: Promise<Choice> | undefined;
  private waiting = 0;

  constructor(office: BoxOffice) {
    this.office = office;
  }

  /** A seat to go for, once there is one; `null` when every seat is sold, or at the deadline. */
  async choose(deadline: number): Promise<number | null> {
    this.waiting += 1;
    try {
      while (Date.now() < deadline) {
        const { free, isSold } = await this.recent();
        if (isSold) return null;
        if (Math.random() < (rivals * free.length) / this.waiting)
          return free[Math.floor(Math.random() * free.length)] ?? null;
        await pause(ageMs);
      }
      return null;
    } finally {
      this.waiting -= 1;
    }
  }

  private recent(): Promise<Choice> {
    this.reading ??= this.office
      .seats()
      .then(choiceOf)
      .finally(() => {
        setTimeout(() => {
          this.reading = undefined;
        }, ageMs).unref();
      });
    return this.reading;
  }
}
