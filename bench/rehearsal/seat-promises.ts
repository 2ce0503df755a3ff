import { setTimeout as pause } from "node:timers/promises";
import type { BoxOffice, SoldOut } from "./box-office.js";
import { holding, times, type Verdict } from "./figures.js";
import type { Hold, OnSale, OnSaleOptions } from "./on-sale.js";

/** Until the boards must equal the database, whatever happened (S2). */
const boardsMs = 60_000;
const boardNames = ["fastest", "weekly"] as const;
const fullBoard = 50;
/** Every answer there may be, but for those that ask to come back later. */
const fineAnswers = new Set([
  ...["200", "201", "202", "402 payment-declined", "409 seat-taken"],
  // The first where the shoppers' clock is ahead, the second where holds are so short that they end in the paying.
  ...["409 sales-not-open", "409 reservation-expired"],
]);

/** `board`: the fastest sell-outs, this one among them. */
export type SeatVerdict = Verdict & { readonly board: readonly SoldOut[] };

/** The boards once they hold the hall, or so many faster ones that it has no place there. */
const settledBoards = async (office: BoxOffice, isSoldOut: boolean) => {
  for (const deadline = Date.now() + boardsMs; ; await pause(250)) {
    const boards = await Promise.all(boardNames.map((name) => office.board(name)));
    const settled = boards.every((board) => board.length >= fullBoard || board.some(office.isHere));
    if (settled || !isSoldOut || Date.now() > deadline) return { boards, settled };
  }
};

/** Whether nobody had a seat while somebody else had it: each hold was left, or over, before the next began. */
const isInTurn = (holds: readonly Hold[], sold: ReadonlySet<string>): boolean => {
  const lastOf = new Map<number, Hold>();
  return [...holds]
    .sort((a, b) => a.heldAt - b.heldAt)
    .every((hold) => {
      const before = lastOf.get(hold.seatNo);
      lastOf.set(hold.seatNo, hold);
      if (before === undefined) return true;
      return !sold.has(before.reservationId) && Math.min(before.leftAt ?? Infinity, before.expiresAt) <= hold.heldAt;
    });
};

/** Each payment that came to good, and whose it is. */
const ticketsOf = ({ visits }: OnSale) =>
  visits.flatMap(({ shopper, purchases }) =>
    purchases.filter(({ status }) => status === "succeeded").map((purchase) => ({ shopper, ...purchase })),
  );

/**
 * Holds an on-sale against the promises P1, P2, S1 and S2, and the counts against the seats.
 * @param slackMs by how much the service's clock may differ from the shoppers'
 */
export const judgeOnSale = async (
  onSale: OnSale,
  { seats, shoppers }: Pick<OnSaleOptions, "shoppers" | "seats">,
  slackMs = 0,
): Promise<SeatVerdict> => {
  const { office, visits } = onSale;
  const [holds, purchases] = [visits.flatMap((visit) => visit.holds), visits.flatMap((visit) => visit.purchases)];
  const answers = visits.flatMap((visit) => visit.answers);
  const tickets = ticketsOf(onSale);
  const isSoldOut = shoppers >= seats;
  const broken: string[] = [];
  const hold = holding(broken);

  const statusOf = async ({ shopper, hold: { reservationId } }: (typeof tickets)[number]) =>
    (await office.reservation(shopper, reservationId)).body.status;
  const owned = await Promise.all(tickets.map(statusOf));
  const sold = new Set(tickets.map((ticket) => ticket.hold.reservationId));
  const taken = new Set(tickets.map((ticket) => ticket.hold.seatNo));
  const oneEach = purchases.every(({ paymentIds }) => paymentIds.length === 1);
  hold("P1 a payment that is sent twice is one payment", oneEach);
  hold("P2 one buyer a seat", taken.size === tickets.length);
  hold("P2 one holder a seat at a time", isInTurn(holds, sold));
  const stays = owned.every((status) => status === "reserved");
  hold("P2 a seat that is paid stays its buyer's", stays);
  hold("nobody goes home while there is a seat", tickets.length === Math.min(seats, shoppers));

  const [counts, statuses] = await Promise.all([office.counts(), office.seats()]);
  const { soldOutAt, salesOpenAt } = counts;
  const counted = { total: seats, available: seats - taken.size, held: 0, reserved: taken.size };
  const isCounted = Object.entries(counted).every(([name, n]) => counts[name as keyof typeof counted] === n);
  hold("the schedule counts its seats", isCounted);
  const shown = statuses.flatMap((status, index) => (status === "reserved" ? [index + 1] : []));
  const isShown =
    statuses.length === seats && shown.length === taken.size && shown.every((seatNo) => taken.has(seatNo));
  hold("the seats shown are those that were sold", isShown);

  const { boards, settled } = await settledBoards(office, soldOutAt !== undefined);
  const records = (await office.history(salesOpenAt)).filter(office.isHere);
  hold("S1 a sell-out is recorded once", records.length === (isSoldOut ? 1 : 0) && isSoldOut === Boolean(soldOutAt));
  if (soldOutAt !== undefined) {
    const at = Date.parse(soldOutAt);
    const told = [...records, ...boards.flat().filter(office.isHere)];
    const elapsed = at - Date.parse(salesOpenAt);
    const alike = told.every((one) => one.soldOutAt === soldOutAt && one.elapsedMs === elapsed);
    const asked = Math.max(...tickets.map(({ askedAt }) => askedAt)) - slackMs;
    const answered = Math.max(...tickets.map(({ answeredAt }) => answeredAt)) + slackMs;
    hold("S1 at the time of its last payment", at >= asked && at <= answered);
    hold("S2 the boards have it within a minute, as the database does", settled && alike);
  }
  const odd = new Set(answers.filter((answer) => !fineAnswers.has(answer)));
  hold(`every answer is one of the contract's: ${[...odd].join(", ")}`, odd.size === 0);

  const answered = (answer: string) => answers.filter((each) => each === answer).length;
  return {
    broken,
    board: boards[0] ?? [],
    figures: {
      shoppers: visits.length,
      seats,
      "clicks on a seat": holds.length + answered("409 seat-taken"),
      refused: answered("409 seat-taken"),
      "given back": holds.filter(({ leftAt }) => leftAt !== null).length,
      declined: purchases.filter(({ status }) => status === "declined").length,
      sold: tickets.length,
      double: tickets.length - taken.size,
      "asked again": onSale.askedAgain.length,
      "to hold, p50 / p99": times(holds.map(({ clickedAt, heldAt }) => heldAt - clickedAt)),
      "to pay, p50 / p99": times(tickets.map(({ askedAt, answeredAt }) => answeredAt - askedAt)),
      seconds: onSale.seconds.toFixed(1),
      "sold out after": soldOutAt === undefined ? "not" : `${Date.parse(soldOutAt) - Date.parse(salesOpenAt)} ms`,
    },
  };
};
