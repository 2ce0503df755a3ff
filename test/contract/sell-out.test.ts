import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Database } from "../../src/adapters/sql/database.js";
import type { UnitOfWork } from "../../src/application/ports/unit-of-work.js";
import { type OpenedDatabase, openSqlBackends } from "../support/backends.js";
import { addSchedules, holdMs, schedule, scheduleRow } from "../support/concert-data.js";
import { manualClock, noon } from "../support/coupon-data.js";
import { later } from "../support/order-data.js";
import { workOn } from "../support/table-work.js";
import { countsBeforeLock, ignoresStamp, locksNoHold, readsClockBeforeLock } from "./sell-out/known-wrong-work.js";
import { payInTheLastMillisecond } from "./sell-out/last-millisecond.js";
import { sellLastTwoSeats } from "./sell-out/last-two-seats.js";
import {
  allOf,
  faultsIn,
  openSeatUseCases,
  retryUnavailable,
  rowsOf,
  soldOutEvents,
  undefinedIf,
} from "./sell-out/seat-fixture.js";

for (const { name, live, open } of openSqlBackends().filter((backend) => backend.name !== "sqlite memory"))
  describe.skipIf(!live)(`a sell-out on ${name}`, () => {
    let under: OpenedDatabase;
    /** The databases of two nodes. A SQLite file serves one process only. */
    let nodes: readonly [Database, Database];
    beforeEach(async () => {
      under = await open();
      nodes = [under.db, name === "mysql" ? (under.again?.() ?? under.db) : under.db];
    });
    afterEach(() => under.close());
    const onMysql = it.runIf(name === "mysql");
    // SQLite runs one writing transaction at a time, so more attempts find nothing more.
    const { halls, shoppers, seats } =
      name === "mysql" ? { halls: 150, shoppers: 500, seats: 100 } : { halls: 30, shoppers: 150, seats: 40 };

    // Proves: S1
    it("is recorded and announced once, at the time of its last payment, when the last two payments close concurrently", async () => {
      expect(await sellLastTwoSeats(nodes, halls, workOn)).toEqual({ unrecorded: 0, misannounced: 0, early: 0 });
      expect(await faultsIn(under.db)).toEqual([]);
    });

    // Negative control: S1
    onMysql("is missed by an implementation that counts before it locks", async () => {
      expect((await sellLastTwoSeats(nodes, 50, countsBeforeLock)).unrecorded).toBeGreaterThan(0);
    });

    // Negative control: S1
    onMysql("is stamped too early by an implementation that reads the clock before it locks", async () => {
      expect((await sellLastTwoSeats(nodes, 50, readsClockBeforeLock)).early).toBeGreaterThan(0);
    });

    // Proves: P2
    it(`has 50 owners for 50 seats when ${shoppers} shoppers come concurrently`, async () => {
      await addSchedules(under.db, schedule("s", { seats: 50 }));
      const sellers = nodes.map((node) => openSeatUseCases(node, manualClock()));
      const shopping = Array.from({ length: shoppers }, async (_, n) => {
        const node = sellers[n % 2] ?? openSeatUseCases(under.db, manualClock());
        const ask = () => node.hold("s", (n % 50) + 1, `shopper-${n}`);
        const hold = await undefinedIf(retryUnavailable(ask), "seat-taken");
        if (hold === undefined) return 0;
        const payment = await retryUnavailable(() => node.begin(hold));
        await retryUnavailable(() => node.close(payment));
        return 1;
      });
      expect((await allOf(shopping)).reduce<number>((sum, one) => sum + one, 0)).toBe(50);
      expect(await faultsIn(under.db)).toEqual([]);
      expect(await scheduleRow(under.db, "s")).toMatchObject({ held_seats: 0, reserved_seats: 50, sold_out_at: noon });
      expect(await soldOutEvents(under.db)).toHaveLength(1);
    });

    // Proves: P2
    it("has one owner and one payment per seat when holds expire while they are paid", async () => {
      const owners = await payInTheLastMillisecond(nodes, seats, workOn);
      expect(await faultsIn(under.db)).toEqual([]);
      for (const seats of Object.values(owners)) expect(seats).toBeGreaterThan(0);
    });

    it("has rows whose faults are found: two owners, payments without seats, seats without payments, wrong counts", async () => {
      const node = openSeatUseCases(under.db, manualClock());
      await addSchedules(under.db, schedule("s"));
      const { payment } = await node.buy("s", 1, "kim");
      const { reservationId } = (await node.buy("s", 2, "lee")).reservation;
      const reservations = () => under.db.knex("reservations");
      expect(await faultsIn(under.db)).toEqual([]);
      await under.db.knex("payments").where("payment_id", payment.paymentId).update({ status: "declined" });
      expect(await faultsIn(under.db)).toEqual([expect.stringMatching(/^seat without payment/)]);
      await reservations().where("reservation_id", reservationId).update({ status: "expired" });
      expect((await faultsIn(under.db)).map((fault) => fault.split(":")[0])).toEqual([
        ...["payment without seat", "seat without payment", "wrong count"],
      ]);
      await reservations().update({ live: null });
      await reservations().update({ status: "reserved", seat_no: 1 });
      expect(await faultsIn(under.db)).toContain("two owners: s 1");
    });

    // Negative control: P2
    onMysql("has two owners of a seat or a payment without a seat if holds are not locked", async () => {
      const race = payInTheLastMillisecond(nodes, 60, locksNoHold).then(() => faultsIn(under.db));
      const faults = await race.catch((error) => [String(error)]);
      expect(faults).not.toEqual([]);
    });

    it("stays recorded when a seat is cancelled, and selling that seat again writes nothing and does not fail", async () => {
      const sellAgain = async (id: string, work: UnitOfWork) => {
        const clock = manualClock();
        const node = openSeatUseCases(under.db, clock, work);
        await addSchedules(under.db, schedule(id, { seats: 2 }));
        const { reservation } = await node.buy(id, 1, "kim");
        clock.at += 1;
        await node.buy(id, 2, "lee");
        clock.at += 1;
        await node.cancel(reservation);
        expect(await scheduleRow(under.db, id)).toMatchObject({ held_seats: 0, reserved_seats: 1 });
        await node.buy(id, 1, "ann");
        expect(await scheduleRow(under.db, id)).toMatchObject({ reserved_seats: 2, sold_out_at: later(1) });
      };
      await sellAgain("s", workOn(under.db));
      expect((await soldOutEvents(under.db)).map((event) => event.id)).toEqual(["schedule.sold-out:s"]);
      expect(await faultsIn(under.db)).toEqual([]);
      await expect(sellAgain("t", ignoresStamp(under.db))).rejects.toThrow("already sold out");
    });

    it("counts neither held seats nor seats whose payment was declined", async () => {
      const clock = manualClock();
      const node = openSeatUseCases(under.db, clock);
      await addSchedules(under.db, schedule("s", { seats: 2 }));
      await node.buy("s", 1, "kim");
      const payment = await node.begin(await node.hold("s", 2, "lee"));
      clock.at += holdMs;
      expect([await node.expire(), await node.close(payment, "declined")]).toMatchObject([0, { status: "declined" }]);
      expect(await scheduleRow(under.db, "s")).toMatchObject({ held_seats: 0, reserved_seats: 1, sold_out_at: null });
      await node.buy("s", 2, "ann");
      expect(await scheduleRow(under.db, "s")).toMatchObject({ reserved_seats: 2, sold_out_at: clock.at });
    });

    it("does not change when all requests are repeated an hour later", async () => {
      const clock = manualClock();
      const node = openSeatUseCases(under.db, clock);
      await addSchedules(under.db, schedule("s", { seats: 3 }));
      const buying = [1, 2, 3].map((seatNo) => node.buy("s", seatNo, `shopper-${seatNo}`));
      const sales = await allOf(buying);
      const before = await rowsOf(under.db);
      expect(before.outbox).toHaveLength(4);
      clock.at += 3_600_000;
      for (const { reservation, payment } of sales) {
        expect(await node.begin(reservation)).toMatchObject({ paymentId: payment.paymentId });
        for (const verdict of ["captured", "voided", "captured"] as const) await node.close(payment, verdict);
        await expect(node.hold("s", reservation.seatNo, reservation.userId)).rejects.toThrow("seat-taken");
      }
      expect(await node.expire()).toBe(0);
      expect(await rowsOf(under.db)).toEqual(before);
    });
  });
