import { paidSeat, sellOut } from "../http/seat-fixture.js";
import type { HttpApp } from "../support/http-app.js";

const dayMs = 86_400_000;
const ago = (ms: number) => new Date(Date.now() - ms).toISOString();

/** Name, price in won, and units sold the day before and today. */
const products = [
  ["Brass desk lamp", 48_000, 61, 9],
  ["Mugwort tea, 40 bags", 12_500, 55, 38],
  ["Linen apron", 29_000, 40, 4],
  ["Walnut chopsticks, pair", 9800, 33, 71],
  ["Field notebook", 6500, 21, 16],
  ["Celadon cup", 34_000, 0, 57],
  ["Wool socks, grey", 11_000, 12, 12],
] as const;

/** Title, seats, and the ms since sales opened. */
const concerts = [
  ["Kim Duo, Late Set", 6, 14_000],
  ["Harbour Choir", 12, 95_000],
  ["Winter Strings", 16, 41_000],
  ["Paper Lanterns, First Night", 9, 8000],
] as const;

const create = async (app: HttpApp, path: string, body: object): Promise<void> => {
  const { status, text } = await app.ask("POST", `/api/v1${path}`, { body });
  if (status !== 201 && status !== 202) throw new Error(`${path}: ${status} ${text}`);
};

const addProducts = async (app: HttpApp): Promise<void> => {
  const sales: object[] = [];
  for (const [index, [name, unitPrice, before, today]] of products.entries()) {
    const productId = `product-${index}`;
    await create(app, "/products", { productId, name, unitPrice, stock: 500 });
    for (const [quantity, occurredAt] of [
      [before, ago(dayMs)],
      [today, ago(0)],
    ] as const)
      if (quantity > 0) sales.push({ saleId: `sale-${sales.length}`, productId, quantity, unitPrice, occurredAt });
  }
  await create(app, "/sales", { sales });
};

const addConcerts = async (app: HttpApp): Promise<void> => {
  const startsAt = `${new Date(Date.now() + 40 * dayMs).toISOString().slice(0, 10)}T19:30:00Z`;
  const open = async (id: string, title: string, seats: number, openedAgoMs: number) => {
    await create(app, "/concerts", { concertId: `concert-${id}`, title });
    const schedule = { scheduleId: id, startsAt, salesOpenAt: ago(openedAgoMs), seats, price: 77_000 };
    await create(app, `/concerts/concert-${id}/schedules`, schedule);
  };
  for (const [index, [title, seats, openedAgoMs]] of concerts.entries()) {
    await open(`hall-${index}`, title, seats, openedAgoMs);
    await sellOut(app, `hall-${index}`);
  }
  await open("spring-gala", "Spring Gala", 40, 20_000);
  await sellGalaSeats(app, 1, 3);
};

/** Sells the gala's seats `from` to `to`, each to its own guest. */
export const sellGalaSeats = async (app: HttpApp, from: number, to: number): Promise<void> => {
  for (let seatNo = from; seatNo <= to; seatNo++) await paidSeat(app, "spring-gala", seatNo, `guest-${seatNo}`);
};

/** Fills the service with sales, sold-out concerts, a concert on sale, an open drop and a scheduled drop. */
export const openScene = async (app: HttpApp): Promise<void> => {
  await app.work();
  await addProducts(app);
  await addConcerts(app);
  const discount = { type: "percent", value: 10 };
  await create(app, "/coupons", { couponId: "autumn-tenner", name: "Autumn tenner", quantity: 60, discount });
  const opensAt = new Date(Date.now() + 3 * dayMs).toISOString();
  await create(app, "/coupons", { couponId: "winter", name: "Winter warm-up", quantity: 500, discount, opensAt });
};

/** Lets the shoppers `from` to `to` claim the open drop one after another. */
export const claimAsShoppers = async (app: HttpApp, from: number, to: number): Promise<void> => {
  for (let n = from; n <= to; n++)
    await app.ask("POST", "/api/v1/coupons/autumn-tenner/claims", { as: `shopper-${n}` });
};

/** The addresses of the scene's views. */
export const sceneViews = {
  drops: "#/drop",
  drop: "#/drop/autumn-tenner",
  boards: "#/boards?window=3d&board=fastest&schedule=spring-gala",
  health: "#/health?audit=autumn-tenner",
} as const;
