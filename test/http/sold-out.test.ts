import { describe, expect, it } from "vitest";
import { businessDayAt, businessWeekOf, type TimeZone } from "../../src/domain/business-day.js";
import { fastestBoard } from "../../src/domain/sold-out.js";
import type { EpochMs } from "../../src/domain/time.js";
import { expectProblem } from "../support/expect-problem.js";
import { type HttpApp, type Json, startHttpApp } from "../support/http-app.js";
import { board, day, itemsOf, now, shows, toNoon } from "./boards.js";
import { addConcert, addHall, bought, countsOf, giveBack, held, scheduleOf, sellOut } from "./hall.js";
import { minute } from "./shop.js";

const weekAt = (app: HttpApp): string => businessWeekOf(businessDayAt(now(app) as EpochMs, "Asia/Seoul" as TimeZone));
const place = ["rank", "scheduleId"];
const history = async (app: HttpApp, query = ""): Promise<Json> =>
  (await app.ask("GET", `/api/v1/rankings/sold-out/history${query}`)).body;
const idsIn = ({ items = {} }: Json): readonly unknown[] => Object.values(items).map(({ scheduleId }) => scheduleId);

describe("a sell-out", () => {
  it("is on both boards, in the history and on its schedule, with the time of the last payment", async () => {
    const app = await startHttpApp();
    toNoon(app);
    await app.work();
    expect(await board(app, "sold-out")).toEqual({ board: "fastest", policy: "tiered", items: [] });
    const concertId = await addConcert(app, { title: "Winter" });
    const scheduleId = await addHall(app, { concertId });
    await held(app, scheduleId, 1, "lee");
    await bought(app, scheduleId, 2);
    await bought(app, scheduleId, 3);
    // A seat that is held is not sold.
    expect(await scheduleOf(app, scheduleId)).not.toHaveProperty("soldOutAt");
    expect((await history(app)).items).toEqual([]);
    app.advance(5 * minute);
    const before = now(app);
    await sellOut(app, scheduleId);
    expect(await countsOf(app, scheduleId)).toEqual({ total: 3, available: 0, held: 0, reserved: 3 });
    const { soldOutAt, salesOpenAt } = await scheduleOf(app, scheduleId);
    const at = Date.parse(String(soldOutAt));
    expect(at).toBeGreaterThanOrEqual(before);
    expect(at).toBeLessThanOrEqual(now(app));

    await shows(app, "sold-out", place, [[1, scheduleId]]);
    const elapsedMs = at - Date.parse(String(salesOpenAt));
    const fact = { concertId, scheduleId, title: "Winter", seats: 3, salesOpenAt, soldOutAt, elapsedMs };
    const items = [{ rank: 1, ...fact, score: elapsedMs }];
    expect(await board(app, "sold-out")).toEqual({ board: "fastest", policy: "tiered", items });
    const week = weekAt(app);
    expect(await board(app, "sold-out?board=weekly")).toEqual({ board: "weekly", policy: "tiered", week, items });
    expect(await board(app, `sold-out?board=weekly&week=${week}`)).toMatchObject({ week, items });
    expect(await history(app)).toEqual({ items: [fact], nextCursor: null });
  });

  // Proves: S1
  it("keeps its place and its time when a seat comes back and is sold again", async () => {
    const app = await startHttpApp();
    await app.work();
    const scheduleId = await addHall(app, { seats: 1 });
    const { reservationId } = await bought(app, scheduleId, 1);
    await shows(app, "sold-out", place, [[1, scheduleId]]);
    const [first, { soldOutAt }] = [await board(app, "sold-out"), await scheduleOf(app, scheduleId)];
    expect((await giveBack(app, reservationId)).status).toBe(200);
    expect(await countsOf(app, scheduleId)).toMatchObject({ available: 1, reserved: 0 });
    app.advance(minute);
    await bought(app, scheduleId, 1, "lee");
    expect((await scheduleOf(app, scheduleId)).soldOutAt).toBe(soldOutAt);
    expect(await board(app, "sold-out")).toEqual(first);
    expect(idsIn(await history(app))).toEqual([scheduleId]);
  });
});

describe("the boards of sell-outs", () => {
  it("put the faster first, and as many as are asked for", async () => {
    const app = await startHttpApp();
    toNoon(app);
    await app.work();
    const hours = (n: number) => ({ seats: 1, salesOpenAt: new Date(Date.now() - n * 60 * minute).toISOString() });
    const halls: string[] = [];
    for (const n of [3, 1, 2]) halls.push(await addHall(app, hours(n)));
    for (const hall of halls) await sellOut(app, hall);
    const [slowest, fastest, middle] = halls;
    await shows(app, "sold-out", place, [
      [1, fastest],
      [2, middle],
      [3, slowest],
    ]);
    expect(await itemsOf(app, "sold-out?board=weekly", ...place)).toHaveLength(3);
    expect(await itemsOf(app, "sold-out?limit=2", ...place)).toEqual([
      [1, fastest],
      [2, middle],
    ]);
    expect(await itemsOf(app, "sold-out?limit=50", "rank")).toHaveLength(3);
  });

  it("of weeks end with their week; one that is no longer kept is answered all the same", async () => {
    const app = await startHttpApp();
    toNoon(app);
    await app.work();
    const first = await addHall(app, { seats: 1 });
    await sellOut(app, first);
    const week = weekAt(app);
    await shows(app, "sold-out?board=weekly", place, [[1, first]]);
    app.advance(7 * day);
    expect(await board(app, "sold-out?board=weekly")).toMatchObject({ week: weekAt(app), items: [] });
    expect(await itemsOf(app, `sold-out?board=weekly&week=${week}`, ...place)).toEqual([[1, first]]);
    app.advance(28 * day);
    expect(await itemsOf(app, `sold-out?board=weekly&week=${week}`, ...place)).toEqual([[1, first]]);
    expect(await itemsOf(app, "sold-out", ...place)).toEqual([[1, first]]);
    for (const other of ["2000-W01", "2026-W53", "9999-W52"])
      expect((await board(app, `sold-out?board=weekly&week=${other}`)).items).toEqual([]);
  });
});

describe("the history of sell-outs", () => {
  it("goes from the newest to the oldest, page by page, within the times asked for", async () => {
    const app = await startHttpApp();
    const sold: { id: string; at: string }[] = [];
    for (let n = 0; n < 5; n++) {
      const id = await addHall(app, { seats: 1 });
      await sellOut(app, id);
      sold.unshift({ id, at: String((await scheduleOf(app, id)).soldOutAt) });
      app.advance(minute);
    }
    const ids = sold.map(({ id }) => id);
    const pages: unknown[] = [];
    for (let cursor = ""; ; ) {
      const page = await history(app, `?limit=2${cursor}`);
      pages.push(idsIn(page));
      if (page.nextCursor === null) break;
      cursor = `&cursor=${page.nextCursor}`;
    }
    expect(pages).toEqual([ids.slice(0, 2), ids.slice(2, 4), ids.slice(4)]);
    const [newest, , , second] = sold;
    expect(idsIn(await history(app, `?from=${second?.at}`))).toEqual(ids.slice(0, 4));
    expect(idsIn(await history(app, `?to=${newest?.at}`))).toEqual(ids.slice(1));
    expect(idsIn(await history(app, `?from=${second?.at}&to=${newest?.at}`))).toEqual(ids.slice(1, 4));
    expect(idsIn(await history(app, `?from=${newest?.at}&to=${second?.at}`))).toEqual([]);
  });
});

describe("a rebuild by command", () => {
  const rebuild = (app: HttpApp, name: string) =>
    app.ask("POST", "/api/v1/admin/rankings/rebuild", { body: { board: name } });

  it("of sell-outs writes what differs, and tells how many did", async () => {
    const app = await startHttpApp();
    toNoon(app);
    const scheduleId = await addHall(app, { seats: 1 });
    await sellOut(app, scheduleId);
    expect((await rebuild(app, "fastest")).status).toBe(200);
    const stored = app.application.soldOutBoard;
    await stored.write(fastestBoard, "tiered", [], await stored.version(fastestBoard));
    expect(await itemsOf(app, "sold-out", ...place)).toEqual([]);
    expect((await rebuild(app, "fastest")).body).toEqual({ board: "fastest", entries: 1, drift: 1 });
    expect(await itemsOf(app, "sold-out", ...place)).toEqual([[1, scheduleId]]);
    expect((await rebuild(app, "fastest")).body).toEqual({ board: "fastest", entries: 1, drift: 0 });
    expect((await rebuild(app, "weekly")).body).toMatchObject({ board: "weekly", entries: 1 });
    expect((await rebuild(app, "weekly")).body).toEqual({ board: "weekly", entries: 1, drift: 0 });
    expect(await itemsOf(app, "sold-out?board=weekly", ...place)).toEqual([[1, scheduleId]]);
  });

  it("is to be asked for again where sell-outs overtake it each time", async () => {
    const app = await startHttpApp();
    app.application.soldOutBoard.write = async () => ({ kind: "stale" });
    expectProblem(await rebuild(app, "fastest"), "engine-unavailable");
  });
});
