import { BoxOffice } from "../../bench/rehearsal/box-office.js";
import type { Client } from "../../bench/rehearsal/client.js";
import { SeatMap } from "../../bench/rehearsal/seat-map.js";
import { expected } from "./expected.js";
import { anyShopper, earlier, evening } from "./invented.js";
import type { Stage } from "./stage.js";

const minuteMs = 60_000;
/** Between two shoppers at the window, on average, ms. */
const betweenMs = 300;
/** How long a shopper looks for a seat, ms. */
const patienceMs = 1000;
/** The share of those who think better of it. */
const leaving = 0.1;

/** A small hall: evenings that have sold out, and one that does so while one looks. */
export class Hall {
  private readonly client: Client;
  private readonly stage: Stage;

  constructor(client: Client, stage: Stage) {
    this.client = client;
    this.stage = stage;
  }

  /** Evenings that opened a while ago; the last of their seats are paid now. */
  async fill(): Promise<void> {
    for (const { title, seats, minutes } of earlier) {
      const office = await BoxOffice.open(this.client, { title, seats, opensInMs: -minutes * minuteMs });
      await Promise.all(Array.from({ length: seats }, (_, index) => this.buy(office, anyShopper(), index + 1)));
    }
  }

  announce(opensInMs: number): Promise<BoxOffice> {
    return BoxOffice.open(this.client, { ...evening, opensInMs });
  }

  /** Lets shoppers come to the window when it opens, until every seat is paid. */
  async sellOut(office: BoxOffice, opensInMs: number): Promise<void> {
    if (!(await this.stage.pause(opensInMs))) return;
    this.stage.say(`the ${evening.seats} seats of "${evening.title}" are on sale`);
    const map = new SeatMap(office);
    for (let n = 1; await this.stage.pause(betweenMs * 2 * Math.random()); n += 1) {
      const { reserved, total, soldOutAt, salesOpenAt } = await office.counts();
      if (soldOutAt !== undefined) {
        const seconds = ((Date.parse(soldOutAt) - Date.parse(salesOpenAt)) / 1000).toFixed(1);
        this.stage.say(`"${evening.title}" is sold out after ${seconds} s, and ranks among the fastest`);
        return;
      }
      if (n % 20 === 0) this.stage.say(`${reserved} of ${total} seats are paid`);
      this.stage.go(() => this.visit(office, map, anyShopper()));
    }
  }

  /** Holds a seat that looks free, and pays it a little later or gives it back. */
  private async visit(office: BoxOffice, map: SeatMap, shopper: string): Promise<void> {
    const seatNo = await map.choose(Date.now() + patienceMs);
    if (seatNo === null) return;
    const { status, body } = await office.hold(shopper, seatNo);
    if (status !== 201 || !(await this.stage.pause(1000 + Math.random() * 3000))) return;
    const reservationId = String(body.reservationId);
    if (Math.random() < leaving) await office.giveBack(shopper, reservationId);
    else expected(await office.pay(shopper, reservationId, reservationId), "a payment for a seat");
  }

  private async buy(office: BoxOffice, shopper: string, seatNo: number): Promise<void> {
    const { reservationId } = expected(await office.hold(shopper, seatNo), "a seat");
    expected(await office.pay(shopper, String(reservationId), String(reservationId)), "a payment for a seat");
  }
}
