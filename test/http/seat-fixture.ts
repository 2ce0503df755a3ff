import type { HttpClients } from "../support/http-app.js";
import { minute, newKey, pay } from "./order-fixture.js";

/** How long a seat is held, ms. */
export const holdMs = 5 * minute;

/** Adds a concert; returns its id. */
export const addConcert = async (app: HttpClients, facts: Readonly<Record<string, unknown>> = {}): Promise<string> =>
  (
    await app.client
      .post("/api/v1/concerts")
      .send({ title: "Winter", ...facts })
      .expect(201)
  ).body.concertId;

/** A schedule with three seats at 50,000 that went on sale a minute ago, unless `facts` say otherwise. */
export const newSchedule = (facts: Readonly<Record<string, unknown>> = {}) => ({
  startsAt: new Date(Date.now() + 100 * 24 * 60 * minute).toISOString(),
  salesOpenAt: new Date(Date.now() - minute).toISOString(),
  seats: 3,
  price: 50_000,
  ...facts,
});

/** Adds such a schedule to the concert, by default to a new one; returns its id. */
export const addSchedule = async (
  app: HttpClients,
  { concertId, ...facts }: { readonly concertId?: string; readonly [fact: string]: unknown } = {},
): Promise<string> => {
  const path = `/api/v1/concerts/${concertId ?? (await addConcert(app))}/schedules`;
  return (await app.client.post(path).send(newSchedule(facts)).expect(201)).body.scheduleId;
};

export const scheduleOf = async (app: HttpClients, scheduleId: string) =>
  (await app.client.get(`/api/v1/schedules/${scheduleId}`).expect(200)).body;

/** Returns how a schedule's seats are counted. */
export const countsOf = async (app: HttpClients, scheduleId: string) => {
  const { total, available, held, reserved } = await scheduleOf(app, scheduleId);
  return { total, available, held, reserved };
};

/** Sends a request for a seat. */
export const hold = (app: HttpClients, scheduleId: string, seatNo: unknown, as = "kim") =>
  app.as(as).post(`/api/v1/schedules/${scheduleId}/reservations`).send({ seatNo });

/** Holds a seat; returns the reservation's id. */
export const heldSeat = async (app: HttpClients, scheduleId: string, seatNo: number, as = "kim"): Promise<string> =>
  (await hold(app, scheduleId, seatNo, as).expect(201)).body.reservationId;

export const reservation = (app: HttpClients, reservationId: string, as = "kim") =>
  app.as(as).get(`/api/v1/reservations/${reservationId}`);

export const statusOf = async (app: HttpClients, reservationId: string) =>
  (await reservation(app, reservationId).expect(200)).body.status;

export const cancel = (app: HttpClients, reservationId: string, as = "kim") =>
  app.as(as).delete(`/api/v1/reservations/${reservationId}`);

/** Holds a seat and pays for it; returns the ids, and the payment's key. */
export const paidSeat = async (app: HttpClients, scheduleId: string, seatNo: number, as = "kim") => {
  const reservationId = await heldSeat(app, scheduleId, seatNo, as);
  const { price } = await scheduleOf(app, scheduleId);
  const key = newKey();
  const { body } = await pay(app, key, { reservationId, amount: price }, as).expect(201);
  return { reservationId, paymentId: body.paymentId as string, key };
};

/** Sells every available seat. */
export const sellOut = async (app: HttpClients, scheduleId: string): Promise<void> => {
  const { body } = await app.client.get(`/api/v1/schedules/${scheduleId}/seats?limit=1000`).expect(200);
  for (const { seatNo, status } of body.items)
    if (status === "available") await paidSeat(app, scheduleId, seatNo, `shopper-${seatNo}`);
};
