import type { HttpApp, Json } from "../support/http-app.js";
import { minute, pay } from "./shop.js";

/** Fails with the whole answer where it is not the one that the rest of a test stands on. */
const expected = ({ status, text, body }: Awaited<ReturnType<HttpApp["ask"]>>, good: number): Json => {
  if (status !== good) throw new Error(`${status}: ${text}`);
  return body;
};

/** Adds a concert; answers its id. */
export const addConcert = async (app: HttpApp, facts: Readonly<Record<string, unknown>> = {}): Promise<string> =>
  String(expected(await app.ask("POST", "/api/v1/concerts", { body: { title: "Winter", ...facts } }), 201).concertId);

/** A schedule of three seats at 50,000 each that has been on sale for a minute, but for what is said. */
export const evening = (facts: Readonly<Record<string, unknown>> = {}) => ({
  startsAt: new Date(Date.now() + 100 * 24 * 60 * minute).toISOString(),
  salesOpenAt: new Date(Date.now() - minute).toISOString(),
  seats: 3,
  price: 50_000,
  ...facts,
});

/** Adds such a schedule of a concert of its own, or of the one given; answers its id. */
export const addHall = async (
  app: HttpApp,
  { concertId, ...facts }: { readonly concertId?: string; readonly [fact: string]: unknown } = {},
): Promise<string> => {
  const path = `/api/v1/concerts/${concertId ?? (await addConcert(app))}/schedules`;
  return String(expected(await app.ask("POST", path, { body: evening(facts) }), 201).scheduleId);
};

export const scheduleOf = async (app: HttpApp, scheduleId: string): Promise<Json> =>
  expected(await app.ask("GET", `/api/v1/schedules/${scheduleId}`), 200);

/** How a schedule's seats are counted. */
export const countsOf = async (app: HttpApp, scheduleId: string) => {
  const { total, available, held, reserved } = await scheduleOf(app, scheduleId);
  return { total, available, held, reserved };
};

/** Asks for a seat. */
export const hold = (app: HttpApp, scheduleId: string, seatNo: unknown, as = "kim") =>
  app.ask("POST", `/api/v1/schedules/${scheduleId}/reservations`, { as, body: { seatNo } });

/** Holds a seat; answers the reservation's id. */
export const held = async (app: HttpApp, scheduleId: string, seatNo: number, as = "kim"): Promise<string> =>
  String(expected(await hold(app, scheduleId, seatNo, as), 201).reservationId);

export const reservation = (app: HttpApp, reservationId: string, as = "kim") =>
  app.ask("GET", `/api/v1/reservations/${reservationId}`, { as });
export const giveBack = (app: HttpApp, reservationId: string, as = "kim") =>
  app.ask("DELETE", `/api/v1/reservations/${reservationId}`, { as });

/** Holds a seat and pays for it; answers the two ids. */
export const bought = async (app: HttpApp, scheduleId: string, seatNo: number, as = "kim") => {
  const reservationId = await held(app, scheduleId, seatNo, as);
  const { price } = await scheduleOf(app, scheduleId);
  const { paymentId } = expected(await pay(app, reservationId, { reservationId, amount: Number(price) }, as), 201);
  return { reservationId, paymentId: String(paymentId) };
};

/** Sells every seat that is left. */
export const sellOut = async (app: HttpApp, scheduleId: string): Promise<void> => {
  const { body } = await app.ask("GET", `/api/v1/schedules/${scheduleId}/seats?limit=1000`);
  for (const { seatNo, status } of Object.values(body.items ?? {}))
    if (String(status) === "available") await bought(app, scheduleId, Number(seatNo), `s${seatNo}`);
};
