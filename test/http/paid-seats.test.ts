import { describe, expect, it } from "vitest";
import { expectProblem } from "../support/expect-problem.js";
import { type HttpApp, startHttpApp } from "../support/http-app.js";
import { addHall, bought, countsOf, giveBack, held, hold, reservation } from "./hall.js";
import { minute, pay } from "./shop.js";

/** How long a seat is held, ms. */
const ttl = 5 * minute;
const free = { total: 3, available: 3, held: 0, reserved: 0 };
const statusOf = async (app: HttpApp, reservationId: string) => (await reservation(app, reservationId)).body.status;
const paymentOf = async (app: HttpApp, paymentId: string) =>
  (await app.ask("GET", `/api/v1/payments/${paymentId}`, { as: "kim" })).body.status;

describe("a paid seat", () => {
  it("is reserved, also past the hold's time; its payment names it", async () => {
    const app = await startHttpApp();
    const scheduleId = await addHall(app);
    const reservationId = await held(app, scheduleId, 1);
    const paid = await pay(app, "k1", { reservationId, amount: 50_000 });
    const { paymentId } = paid.body;
    expect([paid.status, paid.body]).toEqual([201, { paymentId, reservationId, amount: 50_000, status: "succeeded" }]);
    app.advance(ttl);
    expect(await statusOf(app, reservationId)).toBe("reserved");
    expectProblem(await hold(app, scheduleId, 1), "seat-taken");
    expectProblem(await hold(app, scheduleId, 1, "lee"), "seat-taken");
    expectProblem(await pay(app, "k2", { reservationId, amount: 50_000 }), "already-paid");
    expect(await pay(app, "k1", { reservationId, amount: 50_000 })).toMatchObject({ status: 201, body: paid.body });
    expect(await countsOf(app, scheduleId)).toEqual({ ...free, available: 2, reserved: 1 });
  });

  it("given back is refunded, and its seat free", async () => {
    const app = await startHttpApp();
    await app.work();
    const scheduleId = await addHall(app);
    const { reservationId, paymentId } = await bought(app, scheduleId, 1);
    for (let time = 0; time < 2; time++) {
      expect(await giveBack(app, reservationId)).toMatchObject({ status: 200, body: { status: "cancelled" } });
      expect(await paymentOf(app, paymentId)).toBe("refunded");
      expect(await countsOf(app, scheduleId)).toEqual(free);
    }
    const again = await pay(app, reservationId, { reservationId, amount: 50_000 });
    expect(again).toMatchObject({ status: 201, body: { paymentId, status: "refunded" } });
    expect((await bought(app, scheduleId, 1, "lee")).paymentId).not.toBe(paymentId);
  });

  it("of nothing needs no provider, nor does its refund", async () => {
    const app = await startHttpApp();
    const scheduleId = await addHall(app, { price: 0 });
    const reservationId = await held(app, scheduleId, 1);
    const paid = await pay(app, "k1", { reservationId, amount: 0, paymentMethod: "sandbox-declined" });
    expect(paid).toMatchObject({ status: 201, body: { amount: 0, status: "succeeded" } });
    expect(await countsOf(app, scheduleId)).toEqual({ ...free, available: 2, reserved: 1 });
    expect((await giveBack(app, reservationId)).status).toBe(200);
    expect(await paymentOf(app, String(paid.body.paymentId))).toBe("refunded");
  });

  it("costs what it cost when it was held, to the won", async () => {
    const app = await startHttpApp();
    const reservationId = await held(app, await addHall(app), 1);
    for (const amount of [0, 49_999, 50_001]) {
      const wrong = await pay(app, `k${amount}`, { reservationId, amount });
      expectProblem(wrong, "amount-mismatch");
      expect(wrong.body.amount).toBe(50_000);
    }
    expectProblem(
      await pay(app, "k1", { reservationId, amount: 50_000, paymentMethod: "sandbox-declined" }),
      "payment-declined",
    );
    expect(await statusOf(app, reservationId)).toBe("held");
    expect((await pay(app, "k2", { reservationId, amount: 50_000 })).status).toBe(201);
  });

  it("whose payment is open is neither given back nor over, and is its shopper's when that is settled", async () => {
    const app = await startHttpApp();
    const scheduleId = await addHall(app);
    const reservationId = await held(app, scheduleId, 1);
    const body = { reservationId, amount: 50_000, paymentMethod: "sandbox-silent-captured" };
    expect((await pay(app, "k1", body)).status).toBe(202);
    expectProblem(await giveBack(app, reservationId), "payment-in-progress");
    expectProblem(await pay(app, "k2", { reservationId, amount: 50_000 }), "payment-in-progress");
    app.advance(ttl);
    expect(await statusOf(app, reservationId)).toBe("held");
    expectProblem(await hold(app, scheduleId, 1, "lee"), "seat-taken");
    await app.work();
    await expect.poll(() => statusOf(app, reservationId)).toBe("reserved");
    expect(await countsOf(app, scheduleId)).toEqual({ ...free, available: 2, reserved: 1 });
  });
});
