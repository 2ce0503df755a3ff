import { bought, sellOut } from "../http/hall.js";
import type { HttpApp } from "../support/http-app.js";

const dayMs = 86_400_000;
const ago = (ms: number) => new Date(Date.now() - ms).toISOString();

/** Name, price in won, and units sold the day before and today. */
const shelf = [
  ["Brass desk lamp", 48_000, 61, 9],
  ["Mugwort tea, 40 bags", 12_500, 55, 38],
  ["Linen apron", 29_000, 40, 4],
  ["Walnut chopsticks, pair", 9800, 33, 71],
  ["Field notebook", 6500, 21, 16],
  ["Celadon cup", 34_000, 0, 57],
  ["Wool socks, grey", 11_000, 12, 12],
] as const;

/** Title, seats, and how long ago sales opened, in ms. */
const halls = [
  ["Kim Duo, Late Set", 6, 14_000],
  ["Harbour Choir", 12, 95_000],
  ["Winter Strings", 16, 41_000],
  ["Paper Lanterns, First Night", 9, 8000],
] as const;

const created = async (app: HttpApp, path: string, body: object): Promise<void> => {
  const { status, text } = await app.ask("POST", `/api/v1${path}`, { body });
  if (status !== 201 && status !== 202) throw new Error(`${path}: ${status} ${text}`);
};

const stock = async (app: HttpApp): Promise<void> => {
  const sales: object[] = [];
  for (const [index, [name, unitPrice, before, today]] of shelf.entries()) {
    const productId = `product-${index}`;
    await created(app, "/products", { productId, name, unitPrice, stock: 500 });
    for (const [quantity, occurredAt] of [
      [before, ago(dayMs)],
      [today, ago(0)],
    ] as const)
      if (quantity > 0) sales.push({ saleId: `sale-${sales.length}`, productId, quantity, unitPrice, occurredAt });
  }
  await created(app, "/sales", { sales });
};

const halled = async (app: HttpApp): Promise<void> => {
  const startsAt = `${new Date(Date.now() + 40 * dayMs).toISOString().slice(0, 10)}T19:30:00Z`;
  const open = async (id: string, title: string, seats: number, openedAgoMs: number) => {
    await created(app, "/concerts", { concertId: `concert-${id}`, title });
    const schedule = { scheduleId: id, startsAt, salesOpenAt: ago(openedAgoMs), seats, price: 77_000 };
    await created(app, `/concerts/concert-${id}/schedules`, schedule);
  };
  for (const [index, [title, seats, openedAgoMs]] of halls.entries()) {
    await open(`hall-${index}`, title, seats, openedAgoMs);
    await sellOut(app, `hall-${index}`);
  }
  await open("spring-gala", "Spring Gala", 40, 20_000);
  await guests(app, 1, 3);
};

/** Guests who buy a seat each for the gala, which is on sale. */
export const guests = async (app: HttpApp, from: number, to: number): Promise<void> => {
  for (let seatNo = from; seatNo <= to; seatNo++) await bought(app, "spring-gala", seatNo, `guest-${seatNo}`);
};

/** A small shop and hall in the middle of a busy hour, with a drop of 60 coupons and one that is still to open. */
export const openScene = async (app: HttpApp): Promise<void> => {
  await app.work();
  await stock(app);
  await halled(app);
  const discount = { type: "percent", value: 10 };
  await created(app, "/coupons", { couponId: "autumn-tenner", name: "Autumn tenner", quantity: 60, discount });
  const opensAt = new Date(Date.now() + 3 * dayMs).toISOString();
  await created(app, "/coupons", { couponId: "winter", name: "Winter warm-up", quantity: 500, discount, opensAt });
};

/** Shoppers who claim the drop, a few at a time. */
export const crowd = async (app: HttpApp, from: number, to: number): Promise<void> => {
  for (let n = from; n <= to; n++)
    await app.ask("POST", "/api/v1/coupons/autumn-tenner/claims", { as: `shopper-${n}` });
};

/** The scene's views as links. */
export const sceneViews = {
  drops: "#/drop",
  drop: "#/drop/autumn-tenner",
  boards: "#/boards?window=3d&board=fastest&schedule=spring-gala",
  health: "#/health?audit=autumn-tenner",
} as const;
