import { describe, expect, it } from "vitest";
import type { PopularProduct, PopularProducts } from "../../src/application/sales/list-popular-products.js";
import { DomainError } from "../../src/domain/problem.js";
import type { EpochMs } from "../../src/domain/time.js";
import { expectProblem } from "../support/expect-problem.js";
import { startHttpApp } from "../support/http-app.js";
import { board, cacheMs, moveToNoon, reportUnits } from "./board-fixture.js";
import { eventsIn, namesIn, openStream } from "./event-stream-client.js";
import { addProduct } from "./order-fixture.js";
import { addSchedule, sellOut } from "./seat-fixture.js";

type Board = { readonly items: readonly { readonly quantity: number }[] };

const products = "/api/v1/rankings/products";
const soldOut = "/api/v1/rankings/sold-out";
const lastBoard = (text: string) => eventsIn(text).at(-1)?.data;
const quantitiesIn = (text: string) => eventsIn(text).map(({ data }) => (data as Board).items[0]?.quantity);

/** An app whose best seller the test sets, and whose ticks the test calls. */
const controlledApp = async () => {
  const state = { quantity: 1, isDown: false, reads: 0 };
  const product = { productId: "a", name: "Cup", unitPrice: 1, category: null, rank: 1, movement: null };
  const listPopularProducts = {
    async execute(): Promise<PopularProducts> {
      state.reads += 1;
      if (state.isDown) throw new DomainError({ code: "engine-unavailable", engine: "database" });
      const best = { ...product, quantity: state.quantity } as unknown as PopularProduct;
      return { asOf: state.reads as EpochMs, items: [best] };
    },
  } as never;
  const app = await startHttpApp({ instead: { listPopularProducts }, streamBounds: { perProcess: 20 } });
  const { watchBoards } = app.application;
  watchBoards.start();
  const change = (quantity: number) => {
    state.quantity = quantity;
    app.application.boardNotices.announce(["products"]);
  };
  /** Opens a stream that has received the board and whose first second has passed. */
  const watch = async (query = "") => {
    const stream = await openStream(app, `${products}/events${query}`);
    await stream.until("}\n\n");
    await watchBoards.tick();
    return stream;
  };
  return { app, state, change, watch, tick: () => watchBoards.tick() };
};

describe("GET /rankings/products/events", () => {
  it("sends the board as GET shows it, immediately and after a sale", async () => {
    const app = await startHttpApp();
    moveToNoon(app);
    await app.work();
    const productId = await addProduct(app);
    const stream = await openStream(app, `${products}/events?window=1d&limit=1`);
    expect(stream.response.status).toBe(200);
    expect(Object.fromEntries(stream.response.headers)).toMatchObject({
      "content-type": "text/event-stream",
      "cache-control": "no-cache, no-transform",
      "x-accel-buffering": "no",
    });
    const start = await stream.until('"items":[]}\n\n');
    expect(start).toMatch(/^retry: 2000\n\nevent: board\ndata: \{"window":"1d","asOf":"[^"]+","items":\[\]\}\n\n$/);
    await reportUnits(app, { [productId]: 2 });
    const sent = lastBoard(await stream.until('"quantity":2'));
    expect(await board(app, "products?window=1d&limit=1")).toEqual({ ...(sent as Board), asOf: expect.any(String) });
  });

  it("sends nothing while nothing changes", async () => {
    const { app, change, watch, tick } = await controlledApp();
    const stream = await watch();
    for (let second = 0; second < 30; second++) {
      app.advance(1000);
      await tick();
    }
    change(1);
    await tick();
    change(2);
    await tick();
    expect(quantitiesIn(await stream.until('"quantity":2'))).toEqual([1, 2]);
  });

  it("sends the changed board although a response from before is still cached", async () => {
    const { app, change, watch, tick } = await controlledApp();
    const stream = await watch();
    const quantity = async () => (await app.client.get(products).expect(200)).body.items[0].quantity;
    for (const changed of [2, 3, 4]) {
      await quantity();
      change(changed);
      await tick();
      expect(await quantity()).toBe(changed);
    }
    expect(quantitiesIn(await stream.until('"quantity":4'))).toEqual([1, 2, 3, 4]);
  });

  it("is read once for all watchers of a query, and not at all without watchers", async () => {
    const { app, state, change, watch, tick } = await controlledApp();
    const streams: Awaited<ReturnType<typeof watch>>[] = [];
    for (let n = 0; n < 10; n++) streams.push(await watch("?limit=5&window=3d"));
    streams.push(await watch("?window=1d"));
    app.advance(cacheMs);
    state.reads = 0;
    change(2);
    await tick();
    expect(state.reads).toBe(2);
    for (const { until } of streams) expect(quantitiesIn(await until('"quantity":2'))).toEqual([1, 2]);
    for (const { leave } of streams) leave();
    const openStreams = async () =>
      /^rushboard_sse_connections (\d+)$/m.exec((await app.client.get("/metrics")).text)?.[1];
    await expect.poll(openStreams).toBe("0");
    state.reads = 0;
    change(3);
    for (let n = 0; n < 20; n++) await tick();
    expect(state.reads).toBe(0);
  });

  it("returns a problem if the first read fails, and continues after a later failure", async () => {
    const { app, state, change, watch, tick } = await controlledApp();
    state.isDown = true;
    expectProblem(await app.client.get(`${products}/events`), "engine-unavailable");
    state.isDown = false;
    const stream = await watch();
    state.isDown = true;
    change(2);
    for (let n = 0; n < 2; n++) await expect(tick()).rejects.toThrow("engine-unavailable");
    state.isDown = false;
    await tick();
    expect(quantitiesIn(await stream.until('"quantity":2'))).toEqual([1, 2]);
  });

  it("is public and limited only by the streams of the process", async () => {
    const { app, watch } = await controlledApp();
    const streams: Awaited<ReturnType<typeof watch>>[] = [];
    for (let n = 0; n < 20; n++) streams.push(await watch());
    expectProblem(await app.client.get(`${products}/events`), "too-many-streams", {
      detail: "All 20 streams of this process are in use.",
    });
    streams[0]?.leave();
    await expect.poll(async () => (await openStream(app, `${soldOut}/events`)).response.status).toBe(200);
  });

  it("ends with a reconnection delay when the server stops", async () => {
    const { app, watch } = await controlledApp();
    const stream = await watch();
    const [text] = await Promise.all([stream.toEnd(), app.server.stop(5000)]);
    expect(namesIn(text)).toEqual(["board"]);
    expect(text).toMatch(/\n\nretry: \d{3,4}\n\n$/);
  });
});

describe("GET /rankings/sold-out/events", () => {
  it("sends the board as GET shows it, immediately and after a sell-out", async () => {
    const app = await startHttpApp();
    moveToNoon(app);
    await app.work();
    const queries = ["", "?board=weekly"];
    const streams = await Promise.all(queries.map((query) => openStream(app, `${soldOut}/events${query}`)));
    for (const { until } of streams) expect(lastBoard(await until("}\n\n"))).toMatchObject({ items: [] });
    const scheduleId = await addSchedule(app, { seats: 2 });
    await sellOut(app, scheduleId);
    const boards = await Promise.all(streams.map(async ({ until }) => lastBoard(await until(scheduleId))));
    expect(boards).toEqual([await board(app, "sold-out"), await board(app, "sold-out?board=weekly")]);
  });
});

describe("GET /rankings/events", () => {
  const all = "/api/v1/rankings/events";

  it("sends several boards in one stream, each immediately and on change", async () => {
    const app = await startHttpApp();
    moveToNoon(app);
    await app.work();
    const productId = await addProduct(app);
    const stream = await openStream(app, `${all}?products=1d,all,1d&soldOut=fastest&limit=3`);
    const start = await stream.until('"board":"fastest"');
    const names = (text: string) => eventsIn(text).map(({ event, data }) => [event, Object.values(data as object)[0]]);
    expect(names(start)).toEqual([
      ["board", "1d"],
      ["board", "all"],
      ["board", "fastest"],
    ]);
    await reportUnits(app, { [productId]: 2 });
    await stream.until('"window":"1d","asOf":"2');
    const changed = await stream.until('"quantity":2');
    const sent = lastBoard(changed) as { window: string };
    expect(await board(app, `products?window=${sent.window}&limit=3`)).toMatchObject({ items: [{ quantity: 2 }] });
    await sellOut(app, await addSchedule(app));
    expect(await stream.until('"scheduleId"')).toContain('"board":"fastest"');
  });

  it("requires at least one board, each from the list", async () => {
    const app = await startHttpApp();
    const lists = { products: "1d, 3d, 7d, 30d, all", soldOut: "fastest, weekly" };
    for (const [query, fault] of [
      ["", "query/products is required and must be present if soldOut is absent"],
      ["?products=2d", `query/products must be some of ${lists.products}, separated by commas, but is "2d"`],
      ["?soldOut=", `query/soldOut must be some of ${lists.soldOut}, separated by commas, but is ""`],
      ["?products=1d&limit=51", 'query/limit must be an integer from 1 to 50, but is "51"'],
    ] as const)
      expectProblem(await app.client.get(all + query), "invalid-request", { detail: fault });
  });
});
