import { setTimeout as sleep } from "node:timers/promises";
import type { BoxOffice, SeatStatus } from "./box-office.js";

/** How long a loaded seat map is used. */
const maxAgeMs = 500;
/** How many of the waiting shoppers try to get each free seat. More would only delay each other. */
const shoppersPerSeat = 10;

/** The seats to choose from. With `isSoldOut` no seat can become free again. */
type Choice = { readonly free: readonly number[]; readonly isSoldOut: boolean };

const choiceOf = (seats: readonly SeatStatus[]): Choice => ({
  free: seats.flatMap((status, index) => (status === "available" ? [index + 1] : [])),
  isSoldOut: seats.every((status) => status === "reserved"),
});

/** The seat map that all shoppers see. One request serves all of them until it is too old. */
export class SeatMap {
  private readonly office: BoxOffice;
  private loading: Promise<Choice> | undefined;
  private waiting = 0;

  constructor(office: BoxOffice) {
    this.office = office;
  }

  /** Returns a free seat as soon as there is one, or null if all seats are sold or the deadline has passed. */
  async choose(deadline: number): Promise<number | null> {
    this.waiting += 1;
    try {
      while (Date.now() < deadline) {
        const { free, isSoldOut } = await this.current();
        if (isSoldOut) return null;
        if (Math.random() < (shoppersPerSeat * free.length) / this.waiting)
          return free[Math.floor(Math.random() * free.length)] ?? null;
        await sleep(maxAgeMs);
      }
      return null;
    } finally {
      this.waiting -= 1;
    }
  }

  private current(): Promise<Choice> {
    this.loading ??= this.office
      .seats()
      .then(choiceOf)
      .finally(() => {
        setTimeout(() => {
          this.loading = undefined;
        }, maxAgeMs).unref();
      });
    return this.loading;
  }
}
