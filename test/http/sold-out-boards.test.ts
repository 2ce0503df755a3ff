import { describe, expect, it } from "vitest";
import { businessDayAt, businessWeekOf, type TimeZone } from "../../src/domain/business-day.js";
import { fastestBoard } from "../../src/domain/sold-out.js";
import type { EpochMs } from "../../src/domain/time.js";
import { expectProblem } from "../support/expect-problem.js";
import { type HttpApp, startHttpApp } from "../support/http-app.js";
import { board, day, expectItems, itemsOf, moveToNoon, now } from "./board-fixture.js";
import { pagesOf } from "./list-pages.js";
import { minute } from "./order-fixture.js";
import { addConcert, addSchedule, cancel, countsOf, heldSeat, paidSeat, scheduleOf, sellOut } from "./seat-fixture.js";

const weekAt = (app: HttpApp): string => businessWeekOf(businessDayAt(now(app) as EpochMs, "Asia/Seoul" as TimeZone));
const place = ["rank", "scheduleId"];
const history = async (app: HttpApp, query: object = {}) =>
  (await app.client.get("/api/v1/rankings/sold-out/history").query(query).expect(200)).body;

/** Returns an app at noon with running jobs. */
const openHall = async (): Promise<HttpApp> => {
  const app = await startHttpApp();
  moveToNoon(app);
  await app.work();
  return app;
};

describe("a sell-out", () => {
  it("is on both boards, in the history and on its schedule, at the time of the last payment", async () => {
    const app = await openHall();
    expect(await board(app, "sold-out")).toEqual({ board: "fastest", policy: "tiered", items: [] });
    const concertId = await addConcert(app, { title: "Winter" });
    const scheduleId = await addSchedule(app, { concertId });
    await heldSeat(app, scheduleId, 1, "lee");
    await paidSeat(app, scheduleId, 2);
    await paidSeat(app, scheduleId, 3);
    // A held seat is not sold.
    expect(await scheduleOf(app, scheduleId)).not.toHaveProperty("soldOutAt");
    expect((await history(app)).items).toEqual([]);
    app.advance(5 * minute);
    const before = now(app);
    await sellOut(app, scheduleId);
    expect(await countsOf(app, scheduleId)).toEqual({ total: 3, available: 0, held: 0, reserved: 3 });
    const { soldOutAt, salesOpenAt } = await scheduleOf(app, scheduleId);
    expect(Date.parse(soldOutAt)).toBeGreaterThanOrEqual(before);
    expect(Date.parse(soldOutAt)).toBeLessThanOrEqual(now(app));

    await expectItems(app, "sold-out", place, [[1, scheduleId]]);
    const elapsedMs = Date.parse(soldOutAt) - Date.parse(salesOpenAt);
    const sellOutFacts = { concertId, scheduleId, title: "Winter", seats: 3, salesOpenAt, soldOutAt, elapsedMs };
    const items = [{ rank: 1, ...sellOutFacts, score: elapsedMs }];
    expect(await board(app, "sold-out")).toEqual({ board: "fastest", policy: "tiered", items });
    const week = weekAt(app);
    const weekly = { board: "weekly", policy: "tiered", week, items };
    for (const query of ["board=weekly", `board=weekly&week=${week}`, `week=${week}`])
      expect(await board(app, `sold-out?${query}`)).toEqual(weekly);
    expect(await history(app)).toEqual({ items: [sellOutFacts], nextCursor: null });
  });

  // Proves: S1
  it("keeps its time and its rank when a seat is given back and sold again", async () => {
    const app = await openHall();
    const scheduleId = await addSchedule(app, { seats: 1 });
    const { reservationId } = await paidSeat(app, scheduleId, 1);
    await expectItems(app, "sold-out", place, [[1, scheduleId]]);
    const [first, { soldOutAt }] = [await board(app, "sold-out"), await scheduleOf(app, scheduleId)];
    await cancel(app, reservationId).expect(200);
    expect(await countsOf(app, scheduleId)).toMatchObject({ available: 1, reserved: 0 });
    app.advance(minute);
    await paidSeat(app, scheduleId, 1, "lee");
    expect((await scheduleOf(app, scheduleId)).soldOutAt).toBe(soldOutAt);
    expect(await board(app, "sold-out")).toEqual(first);
    expect((await history(app)).items).toHaveLength(1);
  });
});

describe("GET /rankings/sold-out", () => {
  it("ranks the fastest first, up to the limit", async () => {
    const app = await openHall();
    const openHours = (n: number) => ({ seats: 1, salesOpenAt: new Date(Date.now() - n * 60 * minute).toISOString() });
    const schedules: string[] = [];
    for (const n of [3, 1, 2]) schedules.push(await addSchedule(app, openHours(n)));
    for (const scheduleId of schedules) await sellOut(app, scheduleId);
    const [slowest, fastest, middle] = schedules;
    await expectItems(app, "sold-out", place, [
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

  it("shows the requested week, also after its board is no longer kept", async () => {
    const app = await openHall();
    const scheduleId = await addSchedule(app, { seats: 1 });
    await sellOut(app, scheduleId);
    const week = weekAt(app);
    await expectItems(app, "sold-out?board=weekly", place, [[1, scheduleId]]);
    app.advance(7 * day);
    expect(await board(app, "sold-out?board=weekly")).toMatchObject({ week: weekAt(app), items: [] });
    expect(await itemsOf(app, `sold-out?week=${week}`, ...place)).toEqual([[1, scheduleId]]);
    app.advance(28 * day);
    expect(await itemsOf(app, `sold-out?week=${week}`, ...place)).toEqual([[1, scheduleId]]);
    expect(await itemsOf(app, "sold-out", ...place)).toEqual([[1, scheduleId]]);
    for (const other of ["2000-W01", "2026-W53", "9999-W52"])
      expect((await board(app, `sold-out?week=${other}`)).items).toEqual([]);
  });
});

describe("GET /rankings/sold-out/history", () => {
  it("lists sell-outs page by page, newest first, from `from` until before `to`", async () => {
    const app = await startHttpApp();
    const soldOut: { id: string; at: string }[] = [];
    for (let n = 0; n < 5; n++) {
      const id = await addSchedule(app, { seats: 1 });
      await sellOut(app, id);
      soldOut.unshift({ id, at: (await scheduleOf(app, id)).soldOutAt });
      app.advance(minute);
    }
    const ids = soldOut.map(({ id }) => id);
    const pages = await pagesOf(app.client, "/api/v1/rankings/sold-out/history", 2);
    expect(pages.map((page) => page.map(({ scheduleId }) => scheduleId))).toEqual([
      ids.slice(0, 2),
      ids.slice(2, 4),
      ids.slice(4),
    ]);
    const idsBetween = async (query: object) =>
      (await history(app, query)).items.map(({ scheduleId }: { scheduleId: string }) => scheduleId);
    const [newest, , , second] = soldOut;
    expect(await idsBetween({ from: second?.at })).toEqual(ids.slice(0, 4));
    expect(await idsBetween({ to: newest?.at })).toEqual(ids.slice(1));
    expect(await idsBetween({ from: second?.at, to: newest?.at })).toEqual(ids.slice(1, 4));
    expect(await idsBetween({ from: newest?.at, to: second?.at })).toEqual([]);
  });
});

describe("POST /admin/rankings/rebuild with a board of sell-outs", () => {
  const rebuild = (app: HttpApp, name: string) =>
    app.client.post("/api/v1/admin/rankings/rebuild").send({ board: name });

  it("repairs differences and returns their number", async () => {
    const app = await startHttpApp();
    moveToNoon(app);
    const scheduleId = await addSchedule(app, { seats: 1 });
    await sellOut(app, scheduleId);
    await rebuild(app, "fastest").expect(200);
    const { soldOutBoard } = app.application;
    await soldOutBoard.write(fastestBoard, "tiered", [], await soldOutBoard.version(fastestBoard));
    expect(await itemsOf(app, "sold-out", ...place)).toEqual([]);
    expect((await rebuild(app, "fastest").expect(200)).body).toEqual({ board: "fastest", entries: 1, drift: 1 });
    expect(await itemsOf(app, "sold-out", ...place)).toEqual([[1, scheduleId]]);
    expect((await rebuild(app, "fastest").expect(200)).body).toEqual({ board: "fastest", entries: 1, drift: 0 });
    expect((await rebuild(app, "weekly").expect(200)).body).toMatchObject({ board: "weekly", entries: 1 });
    expect((await rebuild(app, "weekly").expect(200)).body).toEqual({ board: "weekly", entries: 1, drift: 0 });
    expect(await itemsOf(app, "sold-out?board=weekly", ...place)).toEqual([[1, scheduleId]]);
  });

  it("returns 503 if sell-outs change the board during every try", async () => {
    const app = await startHttpApp();
    app.application.soldOutBoard.write = async () => ({ kind: "stale" });
    expectProblem(await rebuild(app, "fastest"), "engine-unavailable");
  });
});
