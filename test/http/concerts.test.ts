import { describe, expect, it } from "vitest";
import { expectProblem } from "../support/expect-problem.js";
import { sharedHttpApp, startHttpApp } from "../support/http-app.js";
import { pagesOf } from "./list-pages.js";
import { minute } from "./order-fixture.js";
import { addConcert, addSchedule, countsOf, heldSeat, newSchedule, paidSeat, scheduleOf } from "./seat-fixture.js";

const app = await sharedHttpApp();
const addTo = (concertId: string, schedule: object) =>
  app.client.post(`/api/v1/concerts/${concertId}/schedules`).send(schedule);
const inTwos = (ids: readonly string[]) => [ids.slice(0, 2), ids.slice(2, 4), ids.slice(4)];

describe("POST /concerts", () => {
  it("adds a concert, returns it to the same request, and 409 to another one", async () => {
    const add = (concert: object) => app.client.post("/api/v1/concerts").send(concert);
    const winter = { concertId: "winter", title: "Winter" };
    const { body, headers } = await add(winter).expect(201);
    expect(body).toEqual(winter);
    expect(headers.location).toBe("/api/v1/concerts/winter/schedules");
    expect((await add(winter).expect(200)).body).toEqual(winter);
    expectProblem(await add({ ...winter, title: "Summer" }), "id-taken", { id: "winter" });
    const { body: summer } = await add({ title: "Summer" }).expect(201);
    expect(summer).toEqual({ concertId: expect.stringMatching(/^[\w-]{36}$/), title: "Summer" });
  });
});

describe("POST /concerts/{concertId}/schedules", () => {
  it("adds a schedule whose seats are all available", async () => {
    const concertId = await addConcert(app);
    const path = `/api/v1/concerts/${concertId}/schedules`;
    expect((await app.client.get(path).expect(200)).body).toEqual({ items: [], nextCursor: null });
    const schedule = newSchedule();
    const { body, headers } = await addTo(concertId, schedule).expect(201);
    const { scheduleId } = body;
    expect(body).toEqual({ scheduleId, concertId, ...schedule, total: 3, available: 3, held: 0, reserved: 0 });
    expect(headers.location).toBe(`/api/v1/schedules/${scheduleId}`);
    expect(await scheduleOf(app, scheduleId)).toEqual(body);
    expect((await app.client.get(path).expect(200)).body).toEqual({ items: [body], nextCursor: null });
  });

  it("returns the current state to the same request, and 409 to another one", async () => {
    const concertId = await addConcert(app);
    const schedule = newSchedule({ scheduleId: "s1" });
    await addTo(concertId, schedule).expect(201);
    await heldSeat(app, "s1", 2);
    expect((await addTo(concertId, schedule).expect(200)).body).toMatchObject({ available: 2, held: 1 });
    const otherTime = new Date(Date.now() + 5 * minute).toISOString();
    for (const change of [{ seats: 4 }, { price: 0 }, { startsAt: otherTime }, { salesOpenAt: otherTime }])
      expectProblem(await addTo(concertId, { ...schedule, ...change }), "id-taken", { id: "s1" });
    expectProblem(await addTo(await addConcert(app), schedule), "id-taken");
  });

  it("returns 404 for an unknown concert, as the list does", async () => {
    expectProblem(await addTo("unknown", newSchedule()), "concert-not-found", { concertId: "unknown" });
    expectProblem(await app.client.get("/api/v1/concerts/unknown/schedules"), "concert-not-found");
  });
});

describe("GET /schedules/{scheduleId}", () => {
  it("counts held and reserved seats; /seats shows each of them", async () => {
    const scheduleId = await addSchedule(app);
    await heldSeat(app, scheduleId, 3);
    await paidSeat(app, scheduleId, 1, "lee");
    expect(await countsOf(app, scheduleId)).toEqual({ total: 3, available: 1, held: 1, reserved: 1 });
    const { body } = await app.client.get(`/api/v1/schedules/${scheduleId}/seats`).expect(200);
    const statuses = ["reserved", "available", "held"];
    expect(body).toEqual({ items: statuses.map((status, n) => ({ seatNo: n + 1, status })), nextCursor: null });
  });

  it("returns 404 for an unknown schedule, as /seats does", async () => {
    for (const path of ["unknown", "unknown/seats"])
      expectProblem(await app.client.get(`/api/v1/schedules/${path}`), "schedule-not-found");
  });
});

describe("lists", () => {
  it("of concerts and schedules are paged, oldest first", async () => {
    const app = await startHttpApp();
    const concerts: string[] = [];
    for (let n = 0; n < 5; n++) concerts.push(await addConcert(app));
    const [concertId = ""] = concerts;
    const schedules: string[] = [];
    for (let n = 0; n < 5; n++) schedules.push(await addSchedule(app, { concertId }));
    const concertPages = await pagesOf(app.client, "/api/v1/concerts", 2);
    expect(concertPages.map((page) => page.map((concert) => concert.concertId))).toEqual(inTwos(concerts));
    const schedulePages = await pagesOf(app.client, `/api/v1/concerts/${concertId}/schedules`, 2);
    expect(schedulePages.map((page) => page.map((schedule) => schedule.scheduleId))).toEqual(inTwos(schedules));
  });

  it("of seats have up to 1,000 seats per page, and 50 by default", async () => {
    const scheduleId = await addSchedule(app, { seats: 2001 });
    await heldSeat(app, scheduleId, 1001);
    const path = `/api/v1/schedules/${scheduleId}/seats`;
    const pages = await pagesOf(app.client, path, 1000);
    expect(pages.map(({ length }) => length)).toEqual([1000, 1000, 1]);
    expect(pages.flat()).toEqual(
      Array.from({ length: 2001 }, (_, n) => ({ seatNo: n + 1, status: n === 1000 ? "held" : "available" })),
    );
    expect((await app.client.get(path).expect(200)).body.items).toHaveLength(50);
    const largest = await addSchedule(app, { seats: 100_000 });
    expect(await countsOf(app, largest)).toMatchObject({ available: 100_000 });
  });
});
