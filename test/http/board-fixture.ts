import { expect } from "vitest";
import type { HttpApp } from "../support/http-app.js";
import { minute } from "./order-fixture.js";

export const day = 24 * 60 * minute;
/** A board's response is never older than this, ms. */
export const cacheMs = 500;

/** The app's time. */
export const now = (app: HttpApp): number => app.application.clock.now();

/** The business day in Seoul, `days` from today. */
export const dayAt = (app: HttpApp, days = 0): string =>
  new Date(now(app) + 9 * 60 * minute + days * day).toISOString().slice(0, 10);

/** Moves the clock to the next noon in Seoul, so that midnight never falls into a test. */
export const moveToNoon = (app: HttpApp): void => {
  const noon = Math.floor(now(app) / day) * day + 3 * 60 * minute;
  app.advance(noon - now(app) + (noon < now(app) ? day : 0));
};

/** Moves the clock by days, and fills each next day's boards as the scheduler does. */
export const nextDay = async (app: HttpApp, days = 1): Promise<void> => {
  for (let n = 0; n < days; n++) {
    app.advance(day);
    await app.application.fillBoards.execute();
  }
};

/** Reads a board after its cached response has expired. */
export const board = async (app: HttpApp, path: string) => {
  app.advance(cacheMs);
  return (await app.client.get(`/api/v1/rankings/${path}`).expect(200)).body;
};

/** Returns some fields of a board's items. */
export const itemsOf = async (app: HttpApp, path: string, ...fields: readonly string[]): Promise<unknown[][]> =>
  (await board(app, path)).items.map((item: Readonly<Record<string, unknown>>) => fields.map((field) => item[field]));

/** Reads a board until it has these items, because sales are booked after their response. */
export const expectItems = (
  app: HttpApp,
  path: string,
  fields: readonly string[],
  items: readonly (readonly unknown[])[],
) => expect.poll(() => itemsOf(app, path, ...fields)).toEqual(items);

let sales = 0;
/** A reported sale of one unit at 1,000, unless `facts` say otherwise. */
export const sale = (productId: string, facts: Readonly<Record<string, unknown>> = {}) => {
  sales += 1;
  return { saleId: `sale-${sales}`, productId, quantity: 1, unitPrice: 1000, ...facts };
};

/** Reports sales. */
export const report = (app: HttpApp, ...reported: readonly object[]) =>
  app.client.post("/api/v1/sales").send({ sales: reported });

/** Reports units of products, sold now. */
export const reportUnits = async (app: HttpApp, units: Readonly<Record<string, number>>): Promise<void> => {
  await report(app, ...Object.entries(units).map(([productId, quantity]) => sale(productId, { quantity }))).expect(202);
};
