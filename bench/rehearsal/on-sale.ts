import { setTimeout as sleep } from "node:timers/promises";
import { BoxOffice } from "./box-office.js";
import type { Client, Reply } from "./client.js";
import { SeatMap } from "./seat-map.js";
import { runVisitors } from "./visitors.js";

export type OnSaleOptions = {
  readonly shoppers: number;
  readonly seats: number;
  /** The share of shoppers who click twice at the same time. */
  readonly twice: number;
  /** The share of shoppers whose first payment is declined. */
  readonly declined: number;
  /** The share of shoppers who give their first seat back. */
  readonly leaving: number;
  readonly title?: string;
};

/** A successful hold of a seat. Times are in ms since 1970 by the shoppers' clock. */
export type Hold = {
  readonly seatNo: number;
  readonly reservationId: string;
  readonly clickedAt: number;
  readonly heldAt: number;
  readonly expiresAt: number;
  /** When the shopper gave it back. */
  readonly leftAt: number | null;
};
/** A payment that has ended. */
export type Purchase = {
  readonly hold: Hold;
  readonly paymentIds: readonly string[];
  readonly status: string;
  readonly startedAt: number;
  readonly endedAt: number;
};
/** What one shopper received. */
export type SeatVisit = {
  readonly shopper: string;
  /** The responses other than 503 and 429: the status, and the code of a problem. */
  readonly responses: readonly string[];
  readonly holds: readonly Hold[];
  readonly purchases: readonly Purchase[];
};
export type OnSale = {
  readonly office: BoxOffice;
  readonly visits: readonly SeatVisit[];
  /** The client's retries during the on-sale. */
  readonly retries: readonly string[];
  readonly seconds: number;
};

/** How long a shopper tries to get a seat, and to get the result of a payment. */
const timeoutMs = 120_000;
const opensInMs = 1000;

const resultOf = ({ status, body }: Reply): string => (status < 300 ? `${status}` : `${status} ${body.code}`);
const isOpen = (status: unknown): boolean => status === "pending" || status === "unknown";

/** One shopper, who records every response. */
class SeatShopper {
  private readonly office: BoxOffice;
  private readonly name: string;
  private readonly clicksTwice: boolean;
  private readonly responses: string[] = [];
  private readonly holds: Hold[] = [];
  private readonly purchases: Purchase[] = [];

  constructor(office: BoxOffice, name: string, clicksTwice: boolean) {
    this.office = office;
    this.name = name;
    this.clicksTwice = clicksTwice;
  }

  get visit(): SeatVisit {
    const { name, responses, holds, purchases } = this;
    return { shopper: name, responses, holds, purchases };
  }

  /** Tries to hold a seat. Records a hold for each distinct reservation in the responses. */
  async hold(seatNo: number): Promise<Hold | undefined> {
    const clickedAt = Date.now();
    const replies = await this.click(() => this.office.hold(this.name, seatNo));
    const heldAt = Date.now();
    const held = new Map(replies.filter(({ status }) => status < 300).map(({ body }) => [body.reservationId, body]));
    for (const [id, { expiresAt }] of held) {
      const times = { clickedAt, heldAt, expiresAt: Date.parse(String(expiresAt)) };
      this.holds.push({ seatNo, reservationId: String(id), ...times, leftAt: null });
    }
    return held.size === 0 ? undefined : this.holds.at(-1);
  }

  async giveBack(hold: Hold): Promise<void> {
    this.holds[this.holds.indexOf(hold)] = { ...hold, leftAt: Date.now() };
    this.record(await this.office.giveBack(this.name, hold.reservationId));
  }

  /** Pays for a seat and waits for the payment's end. Returns whether it succeeded. */
  async pay(hold: Hold, paymentMethod = "sandbox-ok"): Promise<boolean> {
    const startedAt = Date.now();
    const { reservationId } = hold;
    const key = `${reservationId}-${paymentMethod}`;
    const replies = await this.click(() => this.office.pay(this.name, reservationId, key, paymentMethod));
    const ids = new Set(replies.flatMap(({ body }) => (body.paymentId === undefined ? [] : [String(body.paymentId)])));
    const [first] = ids;
    if (first === undefined) return false;
    const status = await this.finalStatus(first, replies);
    this.purchases.push({ hold, paymentIds: [...ids], status, startedAt, endedAt: Date.now() });
    return status === "succeeded";
  }

  private async finalStatus(paymentId: string, replies: readonly Reply[]): Promise<string> {
    if (replies.some(({ status }) => status === 402)) return "declined";
    if (replies.some(({ status }) => status === 201)) return "succeeded";
    for (const deadline = Date.now() + timeoutMs; ; await sleep(100)) {
      const { status } = (await this.office.payment(this.name, paymentId)).body;
      if (!isOpen(status) || Date.now() > deadline) return String(status);
    }
  }

  private async click(send: () => Promise<Reply>): Promise<readonly Reply[]> {
    const replies = await Promise.all(this.clicksTwice ? [send(), send()] : [send()]);
    return replies.map((reply) => this.record(reply));
  }

  private record(reply: Reply): Reply {
    this.responses.push(resultOf(reply));
    return reply;
  }
}

/** Continues after the first hold until the shopper has paid for a seat or all seats are sold. */
const buySeat = async (
  shopper: SeatShopper,
  first: Hold | undefined,
  map: SeatMap,
  options: OnSaleOptions,
): Promise<SeatVisit> => {
  const deadline = Date.now() + timeoutMs;
  let [isLeaving, isDeclined] = [Math.random() < options.leaving, Math.random() < options.declined];
  for (let hold = first; ; ) {
    if (hold !== undefined && isLeaving) {
      await shopper.giveBack(hold);
      isLeaving = false;
    } else if (hold !== undefined) {
      if (isDeclined) await shopper.pay(hold, "sandbox-declined");
      isDeclined = false;
      if (await shopper.pay(hold)) return shopper.visit;
    }
    const seatNo = await map.choose(deadline);
    if (seatNo === null) return shopper.visit;
    hold = await shopper.hold(seatNo);
  }
};

/** Opens a schedule and lets all shoppers buy seats until each has one or all seats are sold. */
export const runOnSale = async (
  client: Client,
  options: OnSaleOptions,
  onProgress: (done: number) => void,
): Promise<OnSale> => {
  const { shoppers, seats, title = "Rehearsal" } = options;
  const earlierRetries = client.retries.length;
  const office = await BoxOffice.open(client, { title, seats, opensInMs });
  const map = new SeatMap(office);
  await sleep(opensInMs);
  const start = performance.now();
  const pendingVisits: Promise<SeatVisit>[] = [];
  let done = 0;
  await runVisitors(shoppers, 0, async (n) => {
    const shopper = new SeatShopper(office, `shopper-${n}`, Math.random() < options.twice);
    // A shopper's first click chooses any seat. After its response the next shopper may start.
    const first = await shopper.hold(1 + Math.floor(Math.random() * seats));
    const visit = buySeat(shopper, first, map, options);
    visit.then(
      () => onProgress(++done),
      () => {}, // the error is thrown below
    );
    pendingVisits.push(visit);
  });
  const visits = await Promise.all(pendingVisits);
  const seconds = (performance.now() - start) / 1000;
  return { office, visits, retries: client.retries.slice(earlierRetries), seconds };
};
