import { describe, expect, it } from "vitest";
import { expectProblem, faultsOf } from "../support/expect-problem.js";
import { type HttpApp, startHttpApp } from "../support/http-app.js";
import { addHall, countsOf, giveBack, held, hold, reservation } from "./hall.js";
import { minute, neutral, pay } from "./shop.js";

/** How long a seat is held, ms. */
const ttl = 5 * minute;
const free = { total: 3, available: 3, held: 0, reserved: 0 };
const statusOf = async (app: HttpApp, reservationId: string) => (await reservation(app, reservationId)).body.status;

describe("a hold", () => {
  it("is 201 with what is held and until when; the same again is 200", async () => {
    const app = await startHttpApp();
    const scheduleId = await addHall(app);
    const before = Date.now();
    const { status, body, headers } = await hold(app, scheduleId, 2);
    const { reservationId, expiresAt } = body;
    expect(status).toBe(201);
    expect(body).toEqual({ reservationId, scheduleId, seatNo: 2, price: 50_000, status: "held", expiresAt });
    const left = Date.parse(String(expiresAt)) - before - ttl;
    expect(left).toBeGreaterThanOrEqual(0);
    expect(left).toBeLessThan(minute);
    expect(headers.get("location")).toBe(`/api/v1/reservations/${reservationId}`);
    expect(await hold(app, scheduleId, 2)).toMatchObject({ status: 200, body });
    expect(await reservation(app, String(reservationId))).toMatchObject({ status: 200, body });
    expect(await countsOf(app, scheduleId)).toEqual({ ...free, available: 2, held: 1 });
  });

  it("has one winner a seat, however many ask at the same instant", async () => {
    const app = await startHttpApp();
    const scheduleId = await addHall(app);
    const clicks = await Promise.all(Array.from({ length: 20 }, (_, n) => hold(app, scheduleId, 1, `s${n}`)));
    expect(clicks.filter(({ status }) => status === 201)).toHaveLength(1);
    for (const click of clicks) if (click.status !== 201) expectProblem(click, "seat-taken");
    expect(await countsOf(app, scheduleId)).toEqual({ ...free, available: 2, held: 1 });
  });

  it("is refused where there is no seat, no schedule or no sale yet", async () => {
    const app = await startHttpApp();
    const salesOpenAt = new Date(Date.now() + minute).toISOString();
    const scheduleId = await addHall(app, { salesOpenAt });
    expectProblem(await hold(app, "none", 1), "schedule-not-found");
    for (const seatNo of [4, 100_001, Number.MAX_SAFE_INTEGER])
      expectProblem(await hold(app, scheduleId, seatNo), "seat-not-found");
    expectProblem(await hold(app, scheduleId, 1), "sales-not-open");
    expect(await countsOf(app, scheduleId)).toEqual(free);
    app.advance(minute);
    expect((await hold(app, scheduleId, 1)).status).toBe(201);
  });

  it("is refused where the body names no seat", async () => {
    const app = await startHttpApp();
    const scheduleId = await addHall(app);
    for (const seatNo of [0, -1, 1.5, "1", null, undefined, 2 ** 53])
      expect({ seatNo, faults: faultsOf(await hold(app, scheduleId, seatNo)) }).toEqual({
        seatNo,
        faults: ["#/seatNo"],
      });
    const path = `/api/v1/schedules/${scheduleId}/reservations`;
    expect(faultsOf(await app.ask("POST", path, { as: "kim", body: { seatNo: 1, price: 0 } }))).toEqual(["#/price"]);
    expect(faultsOf(await app.ask("POST", path, { as: "kim" }))).toEqual(["#"]);
    expectProblem(await app.ask("POST", path, { body: { seatNo: 1 } }), "unauthorized");
    expect(await countsOf(app, scheduleId)).toEqual(free);
  });

  it("past its time is expired, and free for whoever comes next", async () => {
    const app = await startHttpApp();
    const scheduleId = await addHall(app);
    const [first, second] = [await held(app, scheduleId, 1), await held(app, scheduleId, 2)];
    app.advance(ttl - minute);
    expect(await statusOf(app, first)).toBe("held");
    app.advance(minute);
    expect(await statusOf(app, first)).toBe("expired");
    expect(await countsOf(app, scheduleId)).toEqual(free);
    const { body } = await app.ask("GET", `/api/v1/schedules/${scheduleId}/seats`);
    expect(Object.values(body.items ?? {}).map(({ status }) => status)).toEqual(Array(3).fill("available"));
    expectProblem(await giveBack(app, first), "reservation-expired");
    expectProblem(await pay(app, "k1", { reservationId: first, amount: 50_000 }), "reservation-expired");
    expect((await hold(app, scheduleId, 1, "lee")).status).toBe(201);
    expectProblem(await hold(app, scheduleId, 1), "seat-taken");
    // One's own hold that is over is no hold: asking again makes a new one.
    const again = await hold(app, scheduleId, 2);
    expect(again.status).toBe(201);
    expect(again.body.reservationId).not.toBe(second);
    expect(await countsOf(app, scheduleId)).toEqual({ ...free, available: 1, held: 2 });
    expect(await statusOf(app, first)).toBe("expired");
  });

  it("given back is cancelled and its seat free, repeated too", async () => {
    const app = await startHttpApp();
    const scheduleId = await addHall(app);
    const { body } = await hold(app, scheduleId, 1);
    const id = String(body.reservationId);
    for (let time = 0; time < 2; time++) {
      const { status, body: cancelled } = await giveBack(app, id);
      expect([status, cancelled]).toEqual([200, { ...body, status: "cancelled" }]);
      expect(await countsOf(app, scheduleId)).toEqual(free);
    }
    app.advance(ttl);
    expect(await statusOf(app, id)).toBe("cancelled");
    expectProblem(await pay(app, "k1", { reservationId: id, amount: 50_000 }), "reservation-expired");
    expect((await hold(app, scheduleId, 1, "lee")).status).toBe(201);
    expect((await giveBack(app, id)).status).toBe(200);
    expect(await countsOf(app, scheduleId)).toEqual({ ...free, available: 2, held: 1 });
  });
});

describe("another's reservation", () => {
  it("answers like one that is not there, and stays as it is", async () => {
    const app = await startHttpApp();
    const scheduleId = await addHall(app);
    const id = await held(app, scheduleId, 1);
    const asks = [
      (reservationId: string) => reservation(app, reservationId, "lee"),
      (reservationId: string) => giveBack(app, reservationId, "lee"),
      (reservationId: string) => pay(app, "k1", { reservationId, amount: 50_000 }, "lee"),
    ];
    for (const ask of asks) {
      const [others, none] = [await ask(id), await ask("none")];
      for (const answered of [others, none]) expectProblem(answered, "reservation-not-found");
      expect(neutral(others.text, others.body.requestId, id)).toBe(neutral(none.text, none.body.requestId, "none"));
    }
    for (const method of ["GET", "DELETE"])
      expectProblem(await app.ask(method, `/api/v1/reservations/${id}`), "unauthorized");
    expect(await statusOf(app, id)).toBe("held");
  });
});
