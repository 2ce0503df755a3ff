import { describe, expect, it } from "vitest";
import {
  cancelReservation,
  expireHold,
  holdExpiryOf,
  isLive,
  type Reservation,
  releaseSeatPayment,
  reserveSeat,
  seatStatusAt,
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
  "payment starts": (seat: Reservation) => startSeatPayment(seat, mine, price, early),
  "payment starts, expired": (seat: Reservation) => startSeatPayment(seat, mine, price, late),
  "payment starts, wrong amount": (seat: Reservation) => startSeatPayment(seat, mine, 1 as Money, early),
  captured: (seat: Reservation) => reserveSeat(seat, mine),
  "captured, another payment": (seat: Reservation) => reserveSeat(seat, other),
  declined: (seat: Reservation) => releaseSeatPayment(seat, mine, early),
  "declined, expired": (seat: Reservation) => releaseSeatPayment(seat, mine, late),
  "sweeper, expired": (seat: Reservation) => expireHold(seat, late),
  "sweeper, not expired": (seat: Reservation) => expireHold(seat, early),
  "shopper cancels": (seat: Reservation) => cancelReservation(seat, early),
  "shopper cancels, expired": (seat: Reservation) => cancelReservation(seat, late),
};
type State = keyof typeof states;
type Step = keyof typeof steps;

/** Where each step leads from each state: to a state, `–` (nothing happens), or the code of the problem. */
const table: Readonly<Record<Step, Readonly<Record<State, string>>>> = {
  "payment starts": {
    held: "paying",
    paying: "payment-in-progress",
    reserved: "already-paid",
    expired: "reservation-expired",
    cancelled: "reservation-expired",
  },
  "payment starts, expired": {
    held: "reservation-expired",
    paying: "payment-in-progress",
    reserved: "already-paid",
    expired: "reservation-expired",
    cancelled: "reservation-expired",
  },
  "payment starts, wrong amount": {
    held: "amount-mismatch",
    paying: "payment-in-progress",
    reserved: "already-paid",
    expired: "reservation-expired",
    cancelled: "reservation-expired",
  },
  captured: {
    held: "impossible-transition",
    paying: "reserved",
    reserved: "–",
    expired: "impossible-transition",
    cancelled: "impossible-transition",
  },
  "captured, another payment": {
    held: "impossible-transition",
    paying: "impossible-transition",
    reserved: "impossible-transition",
    expired: "impossible-transition",
    cancelled: "impossible-transition",
  },
  declined: { held: "–", paying: "held", reserved: "–", expired: "–", cancelled: "–" },
  "declined, expired": { held: "–", paying: "expired", reserved: "–", expired: "–", cancelled: "–" },
  "sweeper, expired": { held: "expired", paying: "–", reserved: "–", expired: "–", cancelled: "–" },
  "sweeper, not expired": { held: "–", paying: "–", reserved: "–", expired: "–", cancelled: "–" },
  "shopper cancels": {
    held: "cancelled",
    paying: "payment-in-progress",
    reserved: "cancelled",
    expired: "reservation-expired",
    cancelled: "–",
  },
  "shopper cancels, expired": {
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

describe("the state table of reservations", () => {
  it.each(cells)("%s · %s → %s", (state, step, end) => {
    const before = states[state];
    const take = steps[step];
    if (end === "–") expect(take(before)).toBe(before);
    else if (isState(end)) {
      const after = take(before);
      expect(after).toEqual(states[end]);
      // If the table says that repeating the step does nothing, the state must stay the same object.
      const again = table[step][end];
      if (again === "–") expect(take(after)).toBe(after);
    } else {
      const rejected = () => take(before);
      expect(rejected).toThrow(DomainError);
      expect(rejected).toThrow(end);
    }
  });

  it("shows a hold as expired from its expiry, unless a payment is open", () => {
    expect(statusAt(states.held, early)).toBe("held");
    expect(statusAt(states.held, late)).toBe("expired");
    expect(statusAt(states.paying, late)).toBe("held");
    expect(statusAt(states.reserved, late)).toBe("reserved");
  });
});

describe("a seat", () => {
  it("is available without a live reservation and after an expired hold", () => {
    expect(seatStatusAt(undefined, early)).toBe("available");
    expect([seatStatusAt(states.held, early), seatStatusAt(states.held, late)]).toEqual(["held", "available"]);
  });

  it("is not available while it is being paid or reserved", () => {
    expect([seatStatusAt(states.paying, late), seatStatusAt(states.reserved, late)]).toEqual(["held", "reserved"]);
  });
});

describe("a reservation", () => {
  it("is live while it is held or reserved", () => {
    const live = Object.values(states).filter((state) => isLive(state));
    expect(live).toEqual([states.held, states.paying, states.reserved]);
  });

  it("expires only as a hold without an open payment", () => {
    const expiries = Object.values(states).map((state) => holdExpiryOf(state));
    expect(expiries).toEqual([expiry, null, null, null, null]);
  });
});
