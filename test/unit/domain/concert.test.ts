import { describe, expect, it } from "vitest";
import {
  cancelReservation,
  expireHold,
  type Reservation,
  releaseSeatPayment,
  reserveSeat,
  startSeatPayment,
  statusAt,
} from "../../../src/domain/concert.js";
import type { PaymentId, ReservationId, ScheduleId, UserId } from "../../../src/domain/ids.js";
import type { Money } from "../../../src/domain/money.js";
import { DomainError } from "../../../src/domain/problem.js";
import type { EpochMs } from "../../../src/domain/time.js";

const expiry = 1000 as EpochMs;
const [early, late] = [999 as EpochMs, expiry];
const [mine, other] = ["mine" as PaymentId, "other" as PaymentId];
const price = 500 as Money;

const facts = {
  reservationId: "r" as ReservationId,
  scheduleId: "s" as ScheduleId,
  seatNo: 1,
  userId: "kim" as UserId,
  price,
  expiresAt: expiry,
};
const states = {
  held: { ...facts, status: "held", openPayment: null },
  paying: { ...facts, status: "held", openPayment: mine },
  reserved: { ...facts, status: "reserved", paymentId: mine },
  expired: { ...facts, status: "expired" },
  cancelled: { ...facts, status: "cancelled" },
} as const satisfies Record<string, Reservation>;

const steps = {
  pays: (seat: Reservation) => startSeatPayment(seat, mine, price, early),
  "pays too late": (seat: Reservation) => startSeatPayment(seat, mine, price, late),
  "pays another amount": (seat: Reservation) => startSeatPayment(seat, mine, 1 as Money, early),
  "is captured": (seat: Reservation) => reserveSeat(seat, mine),
  "is captured for another": (seat: Reservation) => reserveSeat(seat, other),
  "is declined": (seat: Reservation) => releaseSeatPayment(seat, mine, early),
  "is declined late": (seat: Reservation) => releaseSeatPayment(seat, mine, late),
  "passes its time": (seat: Reservation) => expireHold(seat, late),
  "is looked at in time": (seat: Reservation) => expireHold(seat, early),
  "is given back": (seat: Reservation) => cancelReservation(seat, early),
  "is given back late": (seat: Reservation) => cancelReservation(seat, late),
};
type State = keyof typeof states;
type Step = keyof typeof steps;

/** Where each step leads from each state: a state, `–` where nothing happens, or the code that refuses it. */
const table: Readonly<Record<Step, Readonly<Record<State, string>>>> = {
  pays: {
    held: "paying",
    paying: "payment-in-progress",
    reserved: "already-paid",
    expired: "reservation-expired",
    cancelled: "reservation-expired",
  },
  "pays too late": {
    held: "reservation-expired",
    paying: "payment-in-progress",
    reserved: "already-paid",
    expired: "reservation-expired",
    cancelled: "reservation-expired",
  },
  "pays another amount": {
    held: "amount-mismatch",
    paying: "payment-in-progress",
    reserved: "already-paid",
    expired: "reservation-expired",
    cancelled: "reservation-expired",
  },
  "is captured": {
    held: "impossible-transition",
    paying: "reserved",
    reserved: "–",
    expired: "impossible-transition",
    cancelled: "impossible-transition",
  },
  "is captured for another": {
    held: "impossible-transition",
    paying: "impossible-transition",
    reserved: "impossible-transition",
    expired: "impossible-transition",
    cancelled: "impossible-transition",
  },
  "is declined": { held: "–", paying: "held", reserved: "–", expired: "–", cancelled: "–" },
  "is declined late": { held: "–", paying: "expired", reserved: "–", expired: "–", cancelled: "–" },
  "passes its time": { held: "expired", paying: "–", reserved: "–", expired: "–", cancelled: "–" },
  "is looked at in time": { held: "–", paying: "–", reserved: "–", expired: "–", cancelled: "–" },
  "is given back": {
    held: "cancelled",
    paying: "payment-in-progress",
    reserved: "cancelled",
    expired: "reservation-expired",
    cancelled: "–",
  },
  "is given back late": {
    held: "reservation-expired",
    paying: "payment-in-progress",
    reserved: "cancelled",
    expired: "reservation-expired",
    cancelled: "–",
  },
};

const cells = (Object.keys(table) as Step[]).flatMap((step) =>
  (Object.keys(states) as State[]).map((state) => [state, step, table[step][state]] as const),
);
const isState = (name: string): name is State => Object.hasOwn(states, name);

describe("a reservation's table", () => {
  it.each(cells)("%s · %s → %s", (state, step, end) => {
    const before = states[state];
    const take = steps[step];
    if (end === "–") expect(take(before)).toBe(before);
    else if (isState(end)) {
      const after = take(before);
      expect(after).toEqual(states[end]);
      // Told again, what has ended by it stays so; what it began is refused, or goes on, by its own cell.
      const again = table[step][end];
      if (again === "–") expect(take(after)).toBe(after);
    } else {
      const refusal = () => take(before);
      expect(refusal).toThrow(DomainError);
      expect(refusal).toThrow(end);
    }
  });

  it("reads as expired once its time is over and nobody pays", () => {
    expect(statusAt(states.held, early)).toBe("held");
    expect(statusAt(states.held, late)).toBe("expired");
    expect(statusAt(states.paying, late)).toBe("held");
    expect(statusAt(states.reserved, late)).toBe("reserved");
  });
});
