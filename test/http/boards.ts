import { expect } from "vitest";
import type { Answered, HttpApp, Json } from "../support/http-app.js";
import { minute } from "./shop.js";

export const day = 24 * 60 * minute;
/** No board's answer is older than this, ms. */
export const brief = 500;

/** The app's own time. */
export const now = (app: HttpApp): number => app.application.clock.now();
/** The business day in Seoul, `days` from today. */
export const dayAt = (app: HttpApp, days = 0): string =>
  new Date(now(app) + 9 * 60 * minute + days * day).toISOString().slice(0, 10);

/** Goes to the next noon in Seoul, so that no test runs into midnight. */
export const toNoon = (app: HttpApp): void => {
  const noon = Math.floor(now(app) / day) * day + 3 * 60 * minute;
  app.advance(noon - now(app) + (noon < now(app) ? day : 0));
};

/** Goes a day on, and has tomorrow's boards filled as the scheduler does every ten seconds. */
export const nextDay = async (app: HttpApp, days = 1): Promise<void> => {
  for (let n = 0; n < days; n++) {
    app.advance(day);
    await app.application.fillBoards.execute();
  }
};

/** Asks for a board once nobody remembers its last answer. */
export const board = async (app: HttpApp, path: string): Promise<Json> => {
  app.advance(brief);
  const { status, text, body } = await app.ask("GET", `/api/v1/rankings/${path}`);
  if (status !== 200) throw new Error(`${status}: ${text}`);
  return body;
};

/** A board's items, of some fields each. */
export const itemsOf = async (app: HttpApp, path: string, ...fields: readonly string[]) =>
  Object.values((await board(app, path)).items ?? {}).map((item) => fields.map((field) => item[field] as unknown));

/** Asks for a board until it shows this: what is sold is counted behind the answer. */
export const shows = (app: HttpApp, path: string, fields: readonly string[], items: readonly (readonly unknown[])[]) =>
  expect.poll(() => itemsOf(app, path, ...fields)).toEqual(items);

let sales = 0;
/** One sale as a shop reports it, of one unit at 1,000 each but for what is said. */
export const sale = (productId: string, facts: Readonly<Record<string, unknown>> = {}) => {
  sales += 1;
  return { saleId: `sale-${sales}`, productId, quantity: 1, unitPrice: 1000, ...facts };
};

export const report = (app: HttpApp, reported: unknown): Promise<Answered> =>
  app.ask("POST", "/api/v1/sales", { body: { sales: reported } });

/** Reports units of a product, sold now. */
export const sold = async (app: HttpApp, units: Readonly<Record<string, number>>): Promise<void> => {
  const reported = Object.entries(units).map(([productId, quantity]) => sale(productId, { quantity }));
  const { status, text } = await report(app, reported);
  if (status !== 202) throw new Error(`${status}: ${text}`);
};
