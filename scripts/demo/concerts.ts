import { BoxOffice } from "../../bench/rehearsal/box-office.js";
import type { Client } from "../../bench/rehearsal/client.js";
import { SeatMap } from "../../bench/rehearsal/seat-map.js";
import type { DemoRun } from "./demo-run.js";
import { concert, randomShopper, soldOutConcerts } from "./sample-data.js";
import { successBody } from "./success.js";

const minuteMs = 60_000;
/** The mean time between two shoppers. */
const delayMs = 300;
/** How long a shopper looks for a free seat. */
const chooseMs = 1000;
/** The share of shoppers who give their seat back. */
const leavingShare = 0.1;

/** Concerts that are sold out, and one that sells out during the demo. */
export class Concerts {
  private readonly client: Client;
  private readonly demo: DemoRun;

  constructor(client: Client, demo: DemoRun) {
    this.client = client;
    this.demo = demo;
  }

  /** Adds concerts whose sale opened in the past, and sells all their seats. */
  async addSoldOut(): Promise<void> {
    for (const { title, seats, minutes } of soldOutConcerts) {
      const office = await BoxOffice.open(this.client, { title, seats, opensInMs: -minutes * minuteMs });
      await Promise.all(Array.from({ length: seats }, (_, index) => this.buy(office, randomShopper(), index + 1)));
    }
  }

  add(opensInMs: number): Promise<BoxOffice> {
    return BoxOffice.open(this.client, { ...concert, opensInMs });
  }

  /** Sends shoppers from the opening until all seats are paid. */
  async sellOut(office: BoxOffice, opensInMs: number): Promise<void> {
    if (!(await this.demo.sleep(opensInMs))) return;
    this.demo.log(`the ${concert.seats} seats of "${concert.title}" are on sale`);
    const map = new SeatMap(office);
    for (let n = 1; await this.demo.sleep(delayMs * 2 * Math.random()); n += 1) {
      const { reserved, total, soldOutAt, salesOpenAt } = await office.counts();
      if (soldOutAt !== undefined) {
        const seconds = ((Date.parse(soldOutAt) - Date.parse(salesOpenAt)) / 1000).toFixed(1);
        this.demo.log(`"${concert.title}" is sold out after ${seconds} s, one of the fastest sell-outs`);
        return;
      }
      if (n % 20 === 0) this.demo.log(`${reserved} of ${total} seats paid`);
      this.demo.start(() => this.visit(office, map, randomShopper()));
    }
  }

  /** Holds a free seat, and pays it or gives it back after a few seconds. */
  private async visit(office: BoxOffice, map: SeatMap, shopper: string): Promise<void> {
    const seatNo = await map.choose(Date.now() + chooseMs);
    if (seatNo === null) return;
    const { status, body } = await office.hold(shopper, seatNo);
    if (status !== 201 || !(await this.demo.sleep(1000 + Math.random() * 3000))) return;
    const reservationId = String(body.reservationId);
    if (Math.random() < leavingShare) await office.giveBack(shopper, reservationId);
    else successBody(await office.pay(shopper, reservationId, reservationId), "paying a seat");
  }

  private async buy(office: BoxOffice, shopper: string, seatNo: number): Promise<void> {
    const { reservationId } = successBody(await office.hold(shopper, seatNo), "holding a seat");
    successBody(await office.pay(shopper, String(reservationId), String(reservationId)), "paying a seat");
  }
}
