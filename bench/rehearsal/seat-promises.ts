import { setTimeout as sleep } from "node:timers/promises";
import type { BoxOffice, SoldOut } from "./box-office.js";
import type { Hold, OnSale, OnSaleOptions } from "./on-sale.js";
import { percentiles, promiseCheck, type Verdict } from "./verdict.js";

/** The time within which the boards must equal the database (S2). */
const boardTimeoutMs = 60_000;
const boardNames = ["fastest", "weekly"] as const;
const boardLimit = 50;
/** All responses that the contract allows, except 503 and 429. */
const allowedResponses = new Set([
  ...["200", "201", "202", "402 payment-declined", "409 seat-taken"],
  // The first one if the shoppers' clock is ahead, the second one if a hold expires before its payment starts.
  ...["409 sales-not-open", "409 reservation-expired"],
]);

/** `board` contains the fastest sell-outs, including this one. */
export type SeatVerdict = Verdict & { readonly board: readonly SoldOut[] };

/** Waits until both boards contain the schedule, or are full of faster sell-outs. */
const completeBoards = async (office: BoxOffice, isSoldOut: boolean) => {
  for (const deadline = Date.now() + boardTimeoutMs; ; await sleep(250)) {
    const boards = await Promise.all(boardNames.map((name) => office.board(name)));
    const isComplete = boards.every((board) => board.length >= boardLimit || board.some(office.isOwn));
    if (isComplete || !isSoldOut || Date.now() > deadline) return { boards, isComplete };
  }
};

/** Whether each hold of a seat was given back or had expired before the next one, and none followed a sale. */
const hasOneHolderAtATime = (holds: readonly Hold[], sold: ReadonlySet<string>): boolean => {
  const lastHolds = new Map<number, Hold>();
  return [...holds]
    .sort((a, b) => a.heldAt - b.heldAt)
    .every((hold) => {
      const previous = lastHolds.get(hold.seatNo);
      lastHolds.set(hold.seatNo, hold);
      if (previous === undefined) return true;
      const endedAt = Math.min(previous.leftAt ?? Infinity, previous.expiresAt);
      return !sold.has(previous.reservationId) && endedAt <= hold.heldAt;
    });
};

/** Returns the successful payments, each with its shopper. */
const salesOf = ({ visits }: OnSale) =>
  visits.flatMap(({ shopper, purchases }) =>
    purchases.filter(({ status }) => status === "succeeded").map((purchase) => ({ shopper, ...purchase })),
  );

/**
 * Checks the promises P1, P2, S1 and S2 and the schedule's counts after an on-sale.
 *
 * @param toleranceMs the maximum difference between the service's clock and the shoppers' clock
 */
export const checkOnSale = async (
  onSale: OnSale,
  { seats, shoppers }: Pick<OnSaleOptions, "shoppers" | "seats">,
  toleranceMs = 0,
): Promise<SeatVerdict> => {
  const { office, visits } = onSale;
  const [holds, purchases] = [visits.flatMap((visit) => visit.holds), visits.flatMap((visit) => visit.purchases)];
  const responses = visits.flatMap((visit) => visit.responses);
  const sales = salesOf(onSale);
  const isSoldOut = shoppers >= seats;
  const broken: string[] = [];
  const check = promiseCheck(broken);

  const statusOf = async ({ shopper, hold: { reservationId } }: (typeof sales)[number]) =>
    (await office.reservation(shopper, reservationId)).body.status;
  const soldStatuses = await Promise.all(sales.map(statusOf));
  const soldReservations = new Set(sales.map(({ hold }) => hold.reservationId));
  const soldSeats = new Set(sales.map(({ hold }) => hold.seatNo));
  const hasOnePaymentEach = purchases.every(({ paymentIds }) => paymentIds.length === 1);
  check("P1 a payment that is sent twice is one payment", hasOnePaymentEach);
  check("P2 one buyer per seat", soldSeats.size === sales.length);
  check("P2 one holder per seat at a time", hasOneHolderAtATime(holds, soldReservations));
  const areReserved = soldStatuses.every((status) => status === "reserved");
  check("P2 a paid seat stays reserved", areReserved);
  check("all seats are sold, or all shoppers have one", sales.length === Math.min(seats, shoppers));

  const [counts, seatStatuses] = await Promise.all([office.counts(), office.seats()]);
  const { soldOutAt, salesOpenAt } = counts;
  const expectedCounts = { total: seats, available: seats - soldSeats.size, held: 0, reserved: soldSeats.size };
  const isCounted = Object.entries(expectedCounts).every(([name, n]) => counts[name as keyof typeof counts] === n);
  check("counts of the schedule", isCounted);
  const reservedSeats = seatStatuses.flatMap((status, index) => (status === "reserved" ? [index + 1] : []));
  const areShown =
    seatStatuses.length === seats &&
    reservedSeats.length === soldSeats.size &&
    reservedSeats.every((seatNo) => soldSeats.has(seatNo));
  check("statuses of the seats", areShown);

  const { boards, isComplete } = await completeBoards(office, soldOutAt !== undefined);
  const records = (await office.history(salesOpenAt)).filter(office.isOwn);
  check("S1 a sell-out is recorded once", records.length === (isSoldOut ? 1 : 0) && isSoldOut === Boolean(soldOutAt));
  if (soldOutAt !== undefined) {
    const at = Date.parse(soldOutAt);
    const entries = [...records, ...boards.flat().filter(office.isOwn)];
    const elapsedMs = at - Date.parse(salesOpenAt);
    const areEqual = entries.every((entry) => entry.soldOutAt === soldOutAt && entry.elapsedMs === elapsedMs);
    const earliest = Math.max(...sales.map(({ startedAt }) => startedAt)) - toleranceMs;
    const latest = Math.max(...sales.map(({ endedAt }) => endedAt)) + toleranceMs;
    check("S1 the sell-out has the time of the last payment", at >= earliest && at <= latest);
    check("S2 the boards equal the database within a minute", isComplete && areEqual);
  }
  const unexpected = new Set(responses.filter((response) => !allowedResponses.has(response)));
  check(`responses within the contract, not ${[...unexpected].join(", ")}`, unexpected.size === 0);

  const seatTaken = responses.filter((response) => response === "409 seat-taken").length;
  return {
    broken,
    board: boards[0] ?? [],
    measurements: {
      shoppers: visits.length,
      seats,
      "clicks on a seat": holds.length + seatTaken,
      "seat taken": seatTaken,
      "given back": holds.filter(({ leftAt }) => leftAt !== null).length,
      declined: purchases.filter(({ status }) => status === "declined").length,
      sold: sales.length,
      double: sales.length - soldSeats.size,
      retries: onSale.retries.length,
      "time to hold, p50 / p99": percentiles(holds.map(({ clickedAt, heldAt }) => heldAt - clickedAt)),
      "time to pay, p50 / p99": percentiles(sales.map(({ startedAt, endedAt }) => endedAt - startedAt)),
      seconds: onSale.seconds.toFixed(1),
      "sold out after":
        soldOutAt === undefined ? "not sold out" : `${Date.parse(soldOutAt) - Date.parse(salesOpenAt)} ms`,
    },
  };
};
