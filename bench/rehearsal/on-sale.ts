import { setTimeout as pause } from "node:timers/promises";
import { BoxOffice } from "./box-office.js";
import type { Client, Reply } from "./client.js";
import { letIn } from "./crowd.js";
import { SeatMap } from "./seat-map.js";

export type OnSaleOptions = {
  readonly shoppers: number;
  readonly seats: number;
  /** Shares of the shoppers who click twice at once, whose card is declined at first, and who give a seat back. */
  readonly twice: number;
  readonly declined: number;
  readonly leaving: number;
  readonly title?: string;
};

/** A seat that a shopper was told is theirs. Times in ms since 1970, by the shoppers' clock. */
export type Hold = {
  readonly seatNo: number;
  readonly reservationId: string;
  readonly clickedAt: number;
  readonly heldAt: number;
  readonly expiresAt: number;
  /** When they asked to give it back. */
  readonly leftAt: number | null;
};
/** How a payment came to its end. */
export type Purchase = {
  readonly hold: Hold;
  readonly paymentIds: readonly string[];
  readonly status: string;
  readonly askedAt: number;
  readonly answeredAt: number;
};
/** What one shopper met. */
export type SeatVisit = {
  readonly shopper: string;
  /** Every answer that was no 503 or 429: its status, and the code of a refusal. */
  readonly answers: readonly string[];
  readonly holds: readonly Hold[];
  readonly purchases: readonly Purchase[];
};
export type OnSale = {
  readonly office: BoxOffice;
  readonly visits: readonly SeatVisit[];
  readonly askedAgain: number;
  readonly seconds: number;
};

/** From the first click until a shopper goes home without a seat. */
const patienceMs = 120_000;
const opensInMs = 1000;

const answerOf = ({ status, body }: Reply): string => (status < 300 ? `${status}` : `${status} ${body.code}`);
const isOpen = (status: unknown): boolean => status === "pending" || status === "unknown";

/** A shopper at the window: what they do, and what they are told. */
class SeatShopper {
  readonly answers: string[] = [];
  readonly holds: Hold[] = [];
  readonly purchases: Purchase[] = [];
  private readonly office: BoxOffice;
  private readonly name: string;
  private readonly twice: boolean;

  constructor(office: BoxOffice, name: string, twice: boolean) {
    this.office = office;
    this.name = name;
    this.twice = twice;
  }

  /** Goes for a seat; those who click twice are told the same twice. */
  async hold(seatNo: number): Promise<Hold | undefined> {
    const clickedAt = Date.now();
    const told = await this.click(() => this.office.hold(this.name, seatNo));
    const heldAt = Date.now();
    const held = new Map(told.filter(({ status }) => status < 300).map(({ body }) => [body.reservationId, body]));
    for (const [id, { expiresAt }] of held) {
      const times = { clickedAt, heldAt, expiresAt: Date.parse(String(expiresAt)) };
      this.holds.push({ seatNo, reservationId: String(id), ...times, leftAt: null });
    }
    return held.size === 0 ? undefined : this.holds.at(-1);
  }

  async giveBack(hold: Hold): Promise<void> {
    this.holds[this.holds.indexOf(hold)] = { ...hold, leftAt: Date.now() };
    this.hear(await this.office.giveBack(this.name, hold.reservationId));
  }

  /** Pays and hears how it ends: at once, or later where the provider is slow. Answers whether the seat is theirs. */
  async pay(hold: Hold, paymentMethod?: string): Promise<boolean> {
    const askedAt = Date.now();
    const { reservationId } = hold;
    const key = `${reservationId} ${paymentMethod ?? ""}`;
    const told = await this.click(() => this.office.pay(this.name, reservationId, key, paymentMethod));
    const paymentIds = [...new Set(told.flatMap(({ body }) => (body.paymentId === undefined ? [] : [body.paymentId])))];
    const [first] = paymentIds.map(String);
    if (first === undefined) return false;
    const status = await this.endOf(first);
    const times = { askedAt, answeredAt: Date.now() };
    this.purchases.push({ hold, paymentIds: paymentIds.map(String), status, ...times });
    return status === "succeeded";
  }

  private async endOf(paymentId: string): Promise<string> {
    for (const deadline = Date.now() + patienceMs; ; await pause(100)) {
      const { status } = (await this.office.payment(this.name, paymentId)).body;
      if (!isOpen(status) || Date.now() > deadline) return String(status);
    }
  }

  private async click(ask: () => Promise<Reply>): Promise<readonly Reply[]> {
    return (await Promise.all(this.twice ? [ask(), ask()] : [ask()])).map((reply) => this.hear(reply));
  }

  private hear(reply: Reply): Reply {
    this.answers.push(answerOf(reply));
    return reply;
  }
}

/** Opens a hall and lets the shoppers rush its seats and pay, until everybody has a seat or none is left. */
export const runOnSale = async (
  client: Client,
  options: OnSaleOptions,
  progress: (done: number) => void,
): Promise<OnSale> => {
  const { shoppers, seats, title = "Rehearsal" } = options;
  const before = client.askedAgain;
  const office = await BoxOffice.open(client, { title, seats, opensInMs });
  const map = new SeatMap(office);

  const visit = async (n: number): Promise<SeatVisit> => {
    const shopper = new SeatShopper(office, `shopper-${n}`, Math.random() < options.twice);
    let [leaves, isDeclined] = [Math.random() < options.leaving, Math.random() < options.declined];
    const deadline = Date.now() + patienceMs;
    // At the door every seat looks free.
    let seatNo: number | null = 1 + Math.floor(Math.random() * seats);
    while (seatNo !== null) {
      const hold = await shopper.hold(seatNo);
      if (hold !== undefined && leaves) {
        leaves = false;
        await shopper.giveBack(hold);
      } else if (hold !== undefined) {
        if (isDeclined) await shopper.pay(hold, "sandbox-declined");
        isDeclined = false;
        if (await shopper.pay(hold)) break;
      }
      seatNo = await map.choose(deadline);
    }
    const { answers, holds, purchases } = shopper;
    return { shopper: `shopper-${n}`, answers, holds, purchases };
  };

  // Some come too early, and are told so.
  await pause(opensInMs);
  const from = performance.now();
  // Who waits for a seat to come back is inside as well.
  const visits = await letIn(shoppers, shoppers, visit, progress);
  return { office, visits, askedAgain: client.askedAgain - before, seconds: (performance.now() - from) / 1000 };
};
