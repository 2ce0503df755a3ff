import { describe, expect, it } from "vitest";
import { expectProblem, faultsOf } from "../support/expect-problem.js";
import { type HttpApp, startHttpApp } from "../support/http-app.js";
import { addConcert, addHall, bought, countsOf, evening, held, scheduleOf } from "./hall.js";
import { minute } from "./shop.js";

const addTo = (app: HttpApp, concertId: string, body: unknown) =>
  app.ask("POST", `/api/v1/concerts/${concertId}/schedules`, { body });

/** A list's items, page by page. */
const walked = async (app: HttpApp, path: string, limit: number) => {
  const pages: (readonly unknown[])[] = [];
  for (let cursor = ""; ; ) {
    const { body } = await app.ask("GET", `${path}?limit=${limit}${cursor}`);
    pages.push(Object.values(body.items ?? {}));
    if (body.nextCursor === null) return pages;
    cursor = `&cursor=${body.nextCursor}`;
  }
};

describe("a concert", () => {
  it("is added and listed; the same again is 200, another under its id 409", async () => {
    const app = await startHttpApp();
    const add = (body: unknown) => app.ask("POST", "/api/v1/concerts", { body });
    const added = await add({ concertId: "winter", title: "Winter" });
    expect([added.status, added.body]).toEqual([201, { concertId: "winter", title: "Winter" }]);
    expect(added.headers.get("location")).toBe("/api/v1/concerts/winter/schedules");
    const again = await add({ concertId: "winter", title: "Winter" });
    expect([again.status, again.body]).toEqual([200, added.body]);
    expectProblem(await add({ concertId: "winter", title: "Summer" }), "id-taken");
    const named = await add({ title: "Summer" });
    expect(named.body).toEqual({ concertId: expect.stringMatching(/^[\w-]{36}$/), title: "Summer" });
    const { body } = await app.ask("GET", "/api/v1/concerts");
    expect(body).toEqual({ items: [added.body, named.body], nextCursor: null });
  });

  it("without schedules has none, and one that is not there is 404", async () => {
    const app = await startHttpApp();
    const concertId = await addConcert(app);
    const none = await app.ask("GET", `/api/v1/concerts/${concertId}/schedules`);
    expect([none.status, none.body]).toEqual([200, { items: [], nextCursor: null }]);
    expectProblem(await app.ask("GET", "/api/v1/concerts/none/schedules"), "concert-not-found");
    expectProblem(await addTo(app, "none", evening()), "concert-not-found");
  });
});

describe("a schedule", () => {
  it("is added with its seats free, shown and listed", async () => {
    const app = await startHttpApp();
    const concertId = await addConcert(app);
    const facts = evening();
    const added = await addTo(app, concertId, facts);
    const { scheduleId } = added.body;
    const shown = { scheduleId, concertId, ...facts, total: 3, available: 3, held: 0, reserved: 0 };
    expect([added.status, added.body]).toEqual([201, shown]);
    expect(added.headers.get("location")).toBe(`/api/v1/schedules/${scheduleId}`);
    expect(await scheduleOf(app, String(scheduleId))).toEqual(shown);
    const { body } = await app.ask("GET", `/api/v1/concerts/${concertId}/schedules`);
    expect(body).toEqual({ items: [shown], nextCursor: null });
    expectProblem(await app.ask("GET", "/api/v1/schedules/none"), "schedule-not-found");
    expectProblem(await app.ask("GET", "/api/v1/schedules/none/seats"), "schedule-not-found");
  });

  it("keeps a chosen id: the same again is 200 and as it stands, anything else 409", async () => {
    const app = await startHttpApp();
    const concertId = await addConcert(app);
    const facts = evening({ scheduleId: "s1" });
    expect((await addTo(app, concertId, facts)).status).toBe(201);
    await held(app, "s1", 2);
    const again = await addTo(app, concertId, facts);
    expect(again).toMatchObject({ status: 200, body: { scheduleId: "s1", available: 2, held: 1 } });
    const other = new Date(Date.now() + 5 * minute).toISOString();
    for (const change of [{ seats: 4 }, { price: 0 }, { startsAt: other }, { salesOpenAt: other }])
      expectProblem(await addTo(app, concertId, { ...facts, ...change }), "id-taken");
    expectProblem(await addTo(app, await addConcert(app), facts), "id-taken");
  });

  it("counts its seats as they are held and paid, and shows each of them", async () => {
    const app = await startHttpApp();
    const scheduleId = await addHall(app);
    await held(app, scheduleId, 3);
    await bought(app, scheduleId, 1, "lee");
    expect(await countsOf(app, scheduleId)).toEqual({ total: 3, available: 1, held: 1, reserved: 1 });
    const { body } = await app.ask("GET", `/api/v1/schedules/${scheduleId}/seats`);
    const statuses = ["reserved", "available", "held"];
    expect(body).toEqual({ items: statuses.map((status, n) => ({ seatNo: n + 1, status })), nextCursor: null });
  });
});

describe("lists", () => {
  it("of concerts and schedules are walked page by page, oldest first", async () => {
    const app = await startHttpApp();
    const concerts: string[] = [];
    for (let n = 0; n < 5; n++) concerts.push(await addConcert(app));
    const [concertId = ""] = concerts;
    const halls: string[] = [];
    for (let n = 0; n < 5; n++) halls.push(await addHall(app, { concertId }));
    const idsIn = (pages: readonly (readonly unknown[])[], id: string) =>
      pages.map((items) => items.map((item) => (item as Record<string, unknown>)[id]));
    const byTwo = (ids: readonly string[]) => [ids.slice(0, 2), ids.slice(2, 4), ids.slice(4)];
    expect(idsIn(await walked(app, "/api/v1/concerts", 2), "concertId")).toEqual(byTwo(concerts));
    const schedules = await walked(app, `/api/v1/concerts/${concertId}/schedules`, 2);
    expect(idsIn(schedules, "scheduleId")).toEqual(byTwo(halls));
  });

  it("of seats go up to a thousand at once, and to the last of 100,000", async () => {
    const app = await startHttpApp();
    const scheduleId = await addHall(app, { seats: 2001 });
    await held(app, scheduleId, 1001);
    const path = `/api/v1/schedules/${scheduleId}/seats`;
    const pages = await walked(app, path, 1000);
    expect(pages.map(({ length }) => length)).toEqual([1000, 1000, 1]);
    expect(pages.flat()).toEqual(
      Array.from({ length: 2001 }, (_, n) => ({ seatNo: n + 1, status: n === 1000 ? "held" : "available" })),
    );
    const { body } = await app.ask("GET", path);
    expect(Object.values(body.items ?? {})).toHaveLength(50);
    expect(faultsOf(await app.ask("GET", `${path}?cursor=e30`))).toEqual(["query/cursor"]);
    expect(await countsOf(app, await addHall(app, { seats: 100_000 }))).toMatchObject({ available: 100_000 });
  });
});

const good = evening();
const schedules: readonly (readonly [what: string, pointer: string, body: unknown])[] = [
  ["nothing", "#", ""],
  ["no start", "#/startsAt", { ...good, startsAt: undefined }],
  ["a start without a zone", "#/startsAt", { ...good, startsAt: "2026-11-21T19:00:00" }],
  ["a day as an opening", "#/salesOpenAt", { ...good, salesOpenAt: "2026-11-21" }],
  ["an opening of null", "#/salesOpenAt", { ...good, salesOpenAt: null }],
  ["no seat", "#/seats", { ...good, seats: 0 }],
  ["100,001 seats", "#/seats", { ...good, seats: 100_001 }],
  ["half a seat", "#/seats", { ...good, seats: 1.5 }],
  ["seats as text", "#/seats", { ...good, seats: "3" }],
  ["a price below 0", "#/price", { ...good, price: -1 }],
  ["10⁹ + 1", "#/price", { ...good, price: 1_000_000_001 }],
  ["no price", "#/price", { ...good, price: undefined }],
  ["an id that cannot be", "#/scheduleId", { ...good, scheduleId: "a b" }],
  ["an unknown field", "#/hall", { ...good, hall: "main" }],
];
const concerts: readonly (readonly [what: string, pointer: string, body: unknown])[] = [
  ["no title", "#/title", {}],
  ["an empty title", "#/title", { title: "" }],
  ["201 characters", "#/title", { title: "x".repeat(201) }],
  ["a title of null", "#/title", { title: null }],
  ["an id that cannot be", "#/concertId", { title: "Winter", concertId: "a/b" }],
  ["an unknown field", "#/name", { title: "Winter", name: "Winter" }],
];

describe("a body that is no concert or schedule", () => {
  it("is refused, with the place named, and adds nothing", async () => {
    const app = await startHttpApp();
    for (const [what, pointer, body] of concerts)
      expect({ what, faults: faultsOf(await app.ask("POST", "/api/v1/concerts", { body })) }).toEqual({
        what,
        faults: [pointer],
      });
    expect((await app.ask("GET", "/api/v1/concerts")).body.items).toEqual([]);
    const concertId = await addConcert(app);
    for (const [what, pointer, body] of schedules)
      expect({ what, faults: faultsOf(await addTo(app, concertId, body)) }).toEqual({ what, faults: [pointer] });
    expect((await app.ask("GET", `/api/v1/concerts/${concertId}/schedules`)).body.items).toEqual([]);
  });
});
