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
  /** What was told to come back later, of whoever used the client meanwhile. */
  readonly askedAgain: readonly string[];
  readonly seconds: number;
};

/** From the first click until a shopper goes home without a seat. */
const patienceMs = 120_000;
const opensInMs = 1000;

const answerOf = ({ status, body }: Reply): string => (status < 300 ? `${status}` : `${status} ${body.code}`);
const isOpen = (status: unknown): boolean => status === "pending" || status === "unknown";

/** A shopper at the window: what they do, and what they are told. */
class SeatShopper {
  private readonly office: BoxOffice;
  private readonly name: string;
  private readonly twice: boolean;
  private readonly answers: string[] = [];
  private readonly holds: Hold[] = [];
  private readonly purchases: Purchase[] = [];

  constructor(office: BoxOffice, name: string, twice: boolean) {
    this.office = office;
    this.name = name;
    this.twice = twice;
  }

  get visit(): SeatVisit {
    const { name, answers, holds, purchases } = this;
    return { shopper: name, answers, holds, purchases };
  }

  /** Goes for a seat; those who click twice are to be told the same twice. */
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
  async pay(hold: Hold, paymentMethod = "sandbox-ok"): Promise<boolean> {
    const askedAt = Date.now();
    const { reservationId } = hold;
    const key = `${reservationId}-${paymentMethod}`;
    const told = await this.click(() => this.office.pay(this.name, reservationId, key, paymentMethod));
    const ids = new Set(told.flatMap(({ body }) => (body.paymentId === undefined ? [] : [String(body.paymentId)])));
    const [first] = ids;
    if (first === undefined) return false;
    const status = await this.endOf(first, told);
    this.purchases.push({ hold, paymentIds: [...ids], status, askedAt, answeredAt: Date.now() });
    return status === "succeeded";
  }

  private async endOf(paymentId: string, told: readonly Reply[]): Promise<string> {
    if (told.some(({ status }) => status === 402)) return "declined";
    if (told.some(({ status }) => status === 201)) return "succeeded";
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

/** From the first seat that was gone for until one is paid, or the hall is sold out. */
const goOn = async (
  shopper: SeatShopper,
  first: Hold | undefined,
  map: SeatMap,
  options: OnSaleOptions,
): Promise<SeatVisit> => {
  const deadline = Date.now() + patienceMs;
  let [leaves, isDeclined] = [Math.random() < options.leaving, Math.random() < options.declined];
  for (let hold = first; ; ) {
    if (hold !== undefined && leaves) {
      await shopper.giveBack(hold);
      leaves = false;
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

/** Opens a hall and lets the shoppers rush its seats and pay, until everybody has a seat or none is left. */
export const runOnSale = async (
  client: Client,
  options: OnSaleOptions,
  progress: (done: number) => void,
): Promise<OnSale> => {
  const { shoppers, seats, title = "Rehearsal" } = options;
  const before = client.askedAgain.length;
  const office = await BoxOffice.open(client, { title, seats, opensInMs });
  const map = new SeatMap(office);
  await pause(opensInMs);
  const from = performance.now();
  const going: Promise<SeatVisit>[] = [];
  let done = 0;
  await letIn(shoppers, 0, async (n) => {
    const shopper = new SeatShopper(office, `shopper-${n}`, Math.random() < options.twice);
    // From the door every seat looks free. Once there was an answer, others come in behind.
    const first = await shopper.hold(1 + Math.floor(Math.random() * seats));
    const visit = goOn(shopper, first, map, options);
    visit.then(
      () => progress(++done),
      () => {}, // met below
    );
    going.push(visit);
  });
  const visits = await Promise.all(going);
  return { office, visits, askedAgain: client.askedAgain.slice(before), seconds: (performance.now() - from) / 1000 };
};
