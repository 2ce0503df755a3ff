import { describe, expect, it } from "vitest";
import type { PopularProduct, PopularProducts } from "../../src/application/sales/list-popular-products.js";
import { DomainError } from "../../src/domain/problem.js";
import type { EpochMs } from "../../src/domain/time.js";
import { expectProblem } from "../support/expect-problem.js";
import { type Json, startHttpApp } from "../support/http-app.js";
import { board, brief, sold, toNoon } from "./boards.js";
import { follow, namesIn } from "./follow.js";
import { addHall, sellOut } from "./hall.js";
import { addProduct } from "./shop.js";

const products = "/api/v1/rankings/products";
const soldOut = "/api/v1/rankings/sold-out";

/** The boards that a stream has told, in order. */
const told = (text: string): readonly Json[] =>
  [...text.matchAll(/^event: board\ndata: (.+)\n\n/gm)].map(([, data = ""]) => JSON.parse(data));
const quantities = (text: string) => told(text).map(({ items }) => items?.[0]?.quantity);

/** An edge over boards that a test makes up; every tick is asked for. */
const madeUp = async () => {
  const shown = { quantity: 1, away: false, reads: 0 };
  const product = { productId: "a", name: "Cup", unitPrice: 1, category: null, rank: 1, movement: null };
  const listPopularProducts = {
    async execute(): Promise<PopularProducts> {
      shown.reads += 1;
      if (shown.away) throw new DomainError({ code: "engine-unavailable", engine: "database" });
      const best = { ...product, quantity: shown.quantity } as unknown as PopularProduct;
      return { asOf: shown.reads as EpochMs, items: [best] };
    },
  } as never;
  const app = await startHttpApp({ instead: { listPopularProducts }, streamBounds: { perProcess: 20 } });
  const watch = app.application.watchBoards;
  watch.start();
  const change = (quantity: number) => {
    shown.quantity = quantity;
    app.application.boardNotices.announce(["products"]);
  };
  /** A watcher who has been told, and whose first second is over. */
  const watching = async (query = "") => {
    const stream = await follow(app, `${products}/events${query}`);
    await stream.until("}\n\n");
    await watch.tick();
    return stream;
  };
  return { app, shown, watch, change, watching };
};

describe("a board's stream", () => {
  it("tells the best sellers at once, as GET does, and again when something was sold", async () => {
    const app = await startHttpApp();
    toNoon(app);
    await app.work();
    const productId = await addProduct(app);
    const stream = await follow(app, `${products}/events?window=1d&limit=1`);
    expect(stream.response.status).toBe(200);
    expect(Object.fromEntries(stream.response.headers)).toMatchObject({
      "content-type": "text/event-stream",
      "cache-control": "no-cache, no-transform",
      "x-accel-buffering": "no",
    });
    const begun = await stream.until('"items":[]}\n\n');
    expect(begun).toMatch(/^retry: 2000\n\nevent: board\ndata: \{"window":"1d","asOf":"[^"]+","items":\[\]\}\n\n$/);
    await sold(app, { [productId]: 2 });
    const last = told(await stream.until('"quantity":2')).at(-1);
    expect({ ...(await board(app, "products?window=1d&limit=1")), asOf: 0 }).toEqual({ ...last, asOf: 0 });
  });

  it("tells sell-outs at once, as GET does, and again when a hall is sold out", async () => {
    const app = await startHttpApp();
    toNoon(app);
    await app.work();
    const streams = await Promise.all(["", "?board=weekly"].map((query) => follow(app, `${soldOut}/events${query}`)));
    for (const { until } of streams) expect(await until('"items":[]}\n\n')).toContain('event: board\ndata: {"board":');
    const scheduleId = await addHall(app, { seats: 2 });
    await sellOut(app, scheduleId);
    const [fastest, weekly] = await Promise.all(streams.map(({ until }) => until(scheduleId)));
    expect(told(fastest ?? "").at(-1)).toEqual(await board(app, "sold-out"));
    expect(told(weekly ?? "").at(-1)).toEqual(await board(app, "sold-out?board=weekly"));
  });

  it("tells nothing while nothing changes, however time goes by", async () => {
    const { app, watch, change, watching } = await madeUp();
    const stream = await watching();
    for (let second = 0; second < 30; second++) {
      app.advance(1000);
      await watch.tick();
    }
    change(1);
    await watch.tick();
    change(2);
    await watch.tick();
    expect(quantities(await stream.until('"quantity":2'))).toEqual([1, 2]);
  });

  it("tells what is true after a change, though an answer from just before is still given", async () => {
    const { app, watch, change, watching } = await madeUp();
    const stream = await watching();
    for (const quantity of [2, 3, 4]) {
      await app.ask("GET", products);
      change(quantity);
      await watch.tick();
      expect((await app.ask("GET", products)).body.items?.[0]?.quantity).toBe(quantity);
    }
    expect(quantities(await stream.until('"quantity":4'))).toEqual([1, 2, 3, 4]);
  });

  it("is read once for all who watch the same, and not at all when they have left", async () => {
    const { app, shown, watch, change, watching } = await madeUp();
    const streams: Awaited<ReturnType<typeof watching>>[] = [];
    for (let n = 0; n < 10; n++) streams.push(await watching("?limit=5&window=3d"));
    const other = await watching("?window=1d");
    app.advance(brief);
    shown.reads = 0;
    change(2);
    await watch.tick();
    expect(shown.reads).toBe(2);
    for (const { until } of [...streams, other]) expect(quantities(await until('"quantity":2'))).toEqual([1, 2]);
    other.leave();
    for (const { leave } of streams) leave();
    const open = async () => /^rushboard_sse_connections (\d+)$/m.exec((await app.ask("GET", "/metrics")).text)?.[1];
    await expect.poll(open).toBe("0");
    shown.reads = 0;
    change(3);
    for (let tick = 0; tick < 20; tick++) await watch.tick();
    expect(shown.reads).toBe(0);
  });

  it("that cannot begin is a problem, and one that has begun goes on when its engine is back", async () => {
    const { app, shown, watch, change, watching } = await madeUp();
    shown.away = true;
    expectProblem(await app.ask("GET", `${products}/events`), "engine-unavailable");
    shown.away = false;
    const stream = await watching();
    shown.away = true;
    change(2);
    await expect(watch.tick()).rejects.toThrow("engine-unavailable");
    await expect(watch.tick()).rejects.toThrow("engine-unavailable");
    shown.away = false;
    await watch.tick();
    expect(quantities(await stream.until('"quantity":2'))).toEqual([1, 2]);
  });

  it("is anybody's, as many as a process holds", async () => {
    const { app, watching } = await madeUp();
    const streams: Awaited<ReturnType<typeof watching>>[] = [];
    for (let n = 0; n < 20; n++) streams.push(await watching());
    expectProblem(await app.ask("GET", `${products}/events`), "too-many-streams");
    streams[0]?.leave();
    await expect.poll(async () => (await follow(app, `${soldOut}/events`)).response.status).toBe(200);
  });

  it("ends when the server stops, asking watchers to come back later", async () => {
    const { app, watching } = await madeUp();
    const stream = await watching();
    const [text] = await Promise.all([stream.toEnd(), app.server.stop(5000)]);
    expect(namesIn(text)).toEqual(["board"]);
    expect(text).toMatch(/\n\nretry: \d{3,4}\n\n$/);
  });
});
