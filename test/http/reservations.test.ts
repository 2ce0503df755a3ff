import { describe, expect, it } from "vitest";
import { expectProblem } from "../support/expect-problem.js";
import { sharedHttpApp, startHttpApp } from "../support/http-app.js";
import { minute, pay, withoutIds } from "./order-fixture.js";
import {
  addSchedule,
  cancel,
  countsOf,
  heldSeat,
  hold,
  holdMs,
  paidSeat,
  reservation,
  scheduleOf,
  statusOf,
} from "./seat-fixture.js";

const free = { total: 3, available: 3, held: 0, reserved: 0 };
const app = await sharedHttpApp();
const paymentStatus = async (paymentId: string, from = app) =>
  (await from.as("kim").get(`/api/v1/payments/${paymentId}`).expect(200)).body.status;

describe("POST /schedules/{scheduleId}/reservations", () => {
  it("holds a seat for 5 minutes, and returns the shopper's own hold again", async () => {
    const scheduleId = await addSchedule(app);
    const { body, headers } = await hold(app, scheduleId, 2).expect(201);
    const { reservationId, expiresAt } = body;
    expect(body).toEqual({ reservationId, scheduleId, seatNo: 2, price: 50_000, status: "held", expiresAt });
    expect(Math.abs(Date.parse(expiresAt) - Date.now() - holdMs)).toBeLessThan(minute);
    expect(headers.location).toBe(`/api/v1/reservations/${reservationId}`);
    expect((await reservation(app, reservationId).expect(200)).body).toEqual(body);
    expect((await hold(app, scheduleId, 2).expect(200)).body).toEqual(body);
    expect(await countsOf(app, scheduleId)).toEqual({ ...free, available: 2, held: 1 });
  });

  it("gives a seat to one of 20 shoppers at the same instant", async () => {
    const scheduleId = await addSchedule(app);
    const responses = await Promise.all(Array.from({ length: 20 }, (_, n) => hold(app, scheduleId, 1, `shopper-${n}`)));
    expect(responses.filter(({ status }) => status === 201)).toHaveLength(1);
    for (const response of responses)
      if (response.status !== 201) expectProblem(response, "seat-taken", { cause: "held", seatNo: 1 });
    expect(await countsOf(app, scheduleId)).toEqual({ ...free, available: 2, held: 1 });
  });

  it("rejects unknown schedules and seats, and seats that are not on sale yet", async () => {
    const app = await startHttpApp();
    const salesOpenAt = new Date(Date.now() + minute).toISOString();
    const scheduleId = await addSchedule(app, { salesOpenAt });
    expectProblem(await hold(app, "unknown", 1), "schedule-not-found", { scheduleId: "unknown" });
    for (const seatNo of [4, 100_001, Number.MAX_SAFE_INTEGER])
      expectProblem(await hold(app, scheduleId, seatNo), "seat-not-found", { seatNo, seats: 3 });
    expectProblem(await hold(app, scheduleId, 1), "sales-not-open", { salesOpenAt });
    expect(await countsOf(app, scheduleId)).toEqual(free);
    app.advance(minute);
    await hold(app, scheduleId, 1).expect(201);
  });
});

describe("a hold", () => {
  it("ends at expiresAt, and its seat is free for the next shopper", async () => {
    const app = await startHttpApp();
    const scheduleId = await addSchedule(app);
    const [first, second] = [await heldSeat(app, scheduleId, 1), await heldSeat(app, scheduleId, 2)];
    const { expiresAt } = (await reservation(app, first)).body;
    app.advance(holdMs - minute);
    expect(await statusOf(app, first)).toBe("held");
    app.advance(minute);
    expect(await statusOf(app, first)).toBe("expired");
    expect(await countsOf(app, scheduleId)).toEqual(free);
    const { body } = await app.client.get(`/api/v1/schedules/${scheduleId}/seats`).expect(200);
    expect(body.items.map(({ status }: { status: string }) => status)).toEqual(Array(3).fill("available"));
    const expired = { cause: "expired", expiresAt };
    expectProblem(await cancel(app, first), "reservation-expired", expired);
    expectProblem(await pay(app, "k1", { reservationId: first, amount: 50_000 }), "reservation-expired", expired);
    await hold(app, scheduleId, 1, "lee").expect(201);
    expectProblem(await hold(app, scheduleId, 1), "seat-taken");
    // The same shopper gets a new reservation.
    expect((await hold(app, scheduleId, 2).expect(201)).body.reservationId).not.toBe(second);
    expect(await countsOf(app, scheduleId)).toEqual({ ...free, available: 1, held: 2 });
    expect(await statusOf(app, first)).toBe("expired");
  });

  it("can be cancelled, also repeatedly, which frees the seat once", async () => {
    const app = await startHttpApp();
    const scheduleId = await addSchedule(app);
    const { body } = await hold(app, scheduleId, 1).expect(201);
    const { reservationId } = body;
    for (let time = 0; time < 2; time++) {
      expect((await cancel(app, reservationId).expect(200)).body).toEqual({ ...body, status: "cancelled" });
      expect(await countsOf(app, scheduleId)).toEqual(free);
    }
    app.advance(holdMs);
    expect(await statusOf(app, reservationId)).toBe("cancelled");
    const payment = { reservationId, amount: 50_000 };
    expectProblem(await pay(app, "k1", payment), "reservation-expired", { cause: "cancelled" });
    await hold(app, scheduleId, 1, "lee").expect(201);
    await cancel(app, reservationId).expect(200);
    expect(await countsOf(app, scheduleId)).toEqual({ ...free, available: 2, held: 1 });
  });

  it("looks to another shopper like one that does not exist", async () => {
    const id = await heldSeat(app, await addSchedule(app), 1);
    for (const send of [
      (reservationId: string) => reservation(app, reservationId, "lee"),
      (reservationId: string) => cancel(app, reservationId, "lee"),
      (reservationId: string) => pay(app, "k1", { reservationId, amount: 50_000 }, "lee"),
    ]) {
      const [foreign, unknown] = [await send(id), await send("unknown")];
      for (const rejected of [foreign, unknown]) expectProblem(rejected, "reservation-not-found");
      expect(withoutIds(foreign, id)).toBe(withoutIds(unknown, "unknown"));
    }
    expect(await statusOf(app, id)).toBe("held");
  });
});

describe("a payment of a reservation", () => {
  it("reserves the seat, also beyond the hold's time", async () => {
    const app = await startHttpApp();
    const scheduleId = await addSchedule(app);
    const reservationId = await heldSeat(app, scheduleId, 1);
    const payment = { reservationId, amount: 50_000 };
    const { body } = await pay(app, "k1", payment).expect(201);
    const { paymentId } = body;
    expect(body).toEqual({ paymentId, ...payment, status: "succeeded" });
    app.advance(holdMs);
    expect(await statusOf(app, reservationId)).toBe("reserved");
    for (const as of ["kim", "lee"])
      expectProblem(await hold(app, scheduleId, 1, as), "seat-taken", { cause: "reserved" });
    expectProblem(await pay(app, "k2", payment), "already-paid", { paymentId });
    expect((await pay(app, "k1", payment).expect(201)).body).toEqual(body);
    expect(await countsOf(app, scheduleId)).toEqual({ ...free, available: 2, reserved: 1 });
  });

  it("is refunded when the shopper cancels, and the seat is free", async () => {
    const app = await startHttpApp();
    await app.work();
    const scheduleId = await addSchedule(app);
    const { reservationId, paymentId, key } = await paidSeat(app, scheduleId, 1);
    for (let time = 0; time < 2; time++) {
      expect((await cancel(app, reservationId).expect(200)).body).toMatchObject({ status: "cancelled" });
      expect(await paymentStatus(paymentId, app)).toBe("refunded");
      expect(await countsOf(app, scheduleId)).toEqual(free);
    }
    const again = await pay(app, key, { reservationId, amount: 50_000 }).expect(201);
    expect(again.body).toMatchObject({ paymentId, status: "refunded" });
    expect((await paidSeat(app, scheduleId, 1, "lee")).paymentId).not.toBe(paymentId);
  });

  it("needs no provider for a price of 0, and neither does its refund", async () => {
    const scheduleId = await addSchedule(app, { price: 0 });
    const reservationId = await heldSeat(app, scheduleId, 1);
    const payment = { reservationId, amount: 0, paymentMethod: "sandbox-declined" };
    const { body } = await pay(app, "free", payment).expect(201);
    expect(body).toMatchObject({ amount: 0, status: "succeeded" });
    expect(await countsOf(app, scheduleId)).toEqual({ ...free, available: 2, reserved: 1 });
    await cancel(app, reservationId).expect(200);
    expect(await paymentStatus(body.paymentId)).toBe("refunded");
  });

  it("must have the price of the hold; a declined one leaves the hold", async () => {
    const reservationId = await heldSeat(app, await addSchedule(app), 1);
    for (const amount of [0, 49_999, 50_001])
      expectProblem(await pay(app, `amount-${amount}`, { reservationId, amount }), "amount-mismatch", {
        amount: 50_000,
        sent: amount,
      });
    const declined = { reservationId, amount: 50_000, paymentMethod: "sandbox-declined" };
    expectProblem(await pay(app, "declined", declined), "payment-declined");
    expect(await statusOf(app, reservationId)).toBe("held");
    await pay(app, "retried", { reservationId, amount: 50_000 }).expect(201);
  });

  it("keeps the hold from being cancelled or expiring while it is open", async () => {
    const app = await startHttpApp();
    const scheduleId = await addSchedule(app);
    const reservationId = await heldSeat(app, scheduleId, 1);
    const silent = { reservationId, amount: 50_000, paymentMethod: "sandbox-silent-captured" };
    const { paymentId } = (await pay(app, "k1", silent).expect(202)).body;
    expectProblem(await cancel(app, reservationId), "payment-in-progress", { paymentId });
    expectProblem(await pay(app, "k2", { reservationId, amount: 50_000 }), "payment-in-progress", { paymentId });
    app.advance(holdMs);
    expect(await statusOf(app, reservationId)).toBe("held");
    expectProblem(await hold(app, scheduleId, 1, "lee"), "seat-taken");
    await app.work();
    await expect.poll(() => statusOf(app, reservationId)).toBe("reserved");
    expect(await countsOf(app, scheduleId)).toEqual({ ...free, available: 2, reserved: 1 });
    expect(await scheduleOf(app, scheduleId)).not.toHaveProperty("soldOutAt");
  });
});
