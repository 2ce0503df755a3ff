import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Database } from "../../src/adapters/sql/database.js";
import type { UnitOfWork } from "../../src/application/ports/unit-of-work.js";
import { type OpenedDatabase, openSqlBackends } from "../support/backends.js";
import { addSchedules, holdMs, schedule, scheduleRow } from "../support/concert.js";
import { noon, standingClock } from "../support/drop.js";
import { later } from "../support/order.js";
import { workOn } from "../support/table-work.js";
import {
  allOf,
  booksOf,
  faultsInBooks,
  insisting,
  openBoxOffice,
  soldOutEvents,
  unlessRefused,
} from "./sell-out/box-office.js";
import { countsFirst, forgetsTheStamp, locksNoHold, looksAtTheClockFirst } from "./sell-out/known-wrong-work.js";
import { payInTheLastMillisecond } from "./sell-out/last-millisecond.js";
import { sellLastTwoSeats } from "./sell-out/last-two-seats.js";

for (const { name, live, open } of openSqlBackends().filter((backend) => backend.name !== "sqlite memory"))
  describe.skipIf(!live)(`a sell-out on ${name}`, () => {
    let under: OpenedDatabase;
    /** Two nodes; a SQLite file serves one process alone. */
    let nodes: readonly [Database, Database];
    beforeEach(async () => {
      under = await open();
      nodes = [under.db, name === "mysql" ? (under.again?.() ?? under.db) : under.db];
    });
    afterEach(() => under.close());
    const onMysql = it.runIf(name === "mysql");

    // Proves: S1
    it("S1 is recorded and told once, at the time of its last payment, when the last two are closed at once", async () => {
      expect(await sellLastTwoSeats(nodes, 300, workOn)).toEqual({ unrecorded: 0, mistold: 0, early: 0 });
      expect(await faultsInBooks(under.db)).toEqual([]);
    });

    onMysql("is missed now and then by one who counts first and decides then", async () => {
      expect((await sellLastTwoSeats(nodes, 50, countsFirst)).unrecorded).toBeGreaterThan(0);
    });

    onMysql("is stamped too early now and then by one who looks at the clock first", async () => {
      expect((await sellLastTwoSeats(nodes, 50, looksAtTheClockFirst)).early).toBeGreaterThan(0);
    });

    // Proves: P2
    it("P2 finds 50 owners for 50 seats among 500 shoppers at once", async () => {
      await addSchedules(under.db, schedule("s", { seats: 50 }));
      const offices = nodes.map((node) => openBoxOffice(node, standingClock()));
      const shopping = Array.from({ length: 500 }, async (_, n) => {
        const office = offices[n % 2] ?? openBoxOffice(under.db, standingClock());
        const ask = () => office.hold("s", (n % 50) + 1, `shopper-${n}`);
        const hold = await unlessRefused(insisting(ask), "seat-taken");
        if (hold === undefined) return 0;
        const payment = await insisting(() => office.begin(hold));
        await insisting(() => office.close(payment));
        return 1;
      });
      expect((await allOf(shopping)).reduce<number>((sum, one) => sum + one, 0)).toBe(50);
      expect(await faultsInBooks(under.db)).toEqual([]);
      expect(await scheduleRow(under.db, "s")).toMatchObject({ held_seats: 0, reserved_seats: 50, sold_out_at: noon });
      expect(await soldOutEvents(under.db)).toHaveLength(1);
    });

    // Proves: P2
    it("P2 leaves one owner a seat, and money only for it, when holds end while they are paid", async () => {
      const owners = await payInTheLastMillisecond(nodes, 200, workOn);
      expect(await faultsInBooks(under.db)).toEqual([]);
      for (const seats of Object.values(owners)) expect(seats).toBeGreaterThan(0);
    });

    it("has books that tell two owners, money for nothing, a seat for nothing and a wrong count", async () => {
      const office = openBoxOffice(under.db, standingClock());
      await addSchedules(under.db, schedule("s"));
      const { payment } = await office.buy("s", 1, "kim");
      const { reservationId } = (await office.buy("s", 2, "lee")).reservation;
      const reservations = () => under.db.knex("reservations");
      expect(await faultsInBooks(under.db)).toEqual([]);
      await under.db.knex("payments").where("payment_id", payment.paymentId).update({ status: "declined" });
      expect(await faultsInBooks(under.db)).toEqual([expect.stringMatching(/^for nothing/)]);
      await reservations().where("reservation_id", reservationId).update({ status: "expired" });
      expect((await faultsInBooks(under.db)).map((fault) => fault.split(":")[0])).toEqual([
        ...["money for nothing", "for nothing", "miscounted"],
      ]);
      await reservations().update({ live: null });
      await reservations().update({ status: "reserved", seat_no: 1 });
      expect(await faultsInBooks(under.db)).toContain("two owners: s 1");
    });

    onMysql("has two owners a seat, or money for none, where nobody locks a hold", async () => {
      const race = payInTheLastMillisecond(nodes, 60, locksNoHold).then(() => faultsInBooks(under.db));
      const faults = await race.catch((error) => [String(error)]);
      expect(faults).not.toEqual([]);
    });

    it("keeps its place when a seat comes back; sold again, nothing is written and nothing fails", async () => {
      const sellAgain = async (id: string, work: UnitOfWork) => {
        const clock = standingClock();
        const office = openBoxOffice(under.db, clock, work);
        await addSchedules(under.db, schedule(id, { seats: 2 }));
        const { reservation } = await office.buy(id, 1, "kim");
        clock.at += 1;
        await office.buy(id, 2, "lee");
        clock.at += 1;
        await office.cancel(reservation);
        expect(await scheduleRow(under.db, id)).toMatchObject({ held_seats: 0, reserved_seats: 1 });
        await office.buy(id, 1, "ann");
        expect(await scheduleRow(under.db, id)).toMatchObject({ reserved_seats: 2, sold_out_at: later(1) });
      };
      await sellAgain("s", workOn(under.db));
      expect((await soldOutEvents(under.db)).map((event) => event.id)).toEqual(["schedule.sold-out:s"]);
      expect(await faultsInBooks(under.db)).toEqual([]);
      await expect(sellAgain("t", forgetsTheStamp(under.db))).rejects.toThrow("already sold out");
    });

    it("never counts a seat that is only held, nor one whose payment came to nothing", async () => {
      const clock = standingClock();
      const office = openBoxOffice(under.db, clock);
      await addSchedules(under.db, schedule("s", { seats: 2 }));
      await office.buy("s", 1, "kim");
      const payment = await office.begin(await office.hold("s", 2, "lee"));
      clock.at += holdMs;
      expect([await office.expire(), await office.close(payment, "declined")]).toMatchObject([
        0,
        { status: "declined" },
      ]);
      expect(await scheduleRow(under.db, "s")).toMatchObject({ held_seats: 0, reserved_seats: 1, sold_out_at: null });
      await office.buy("s", 2, "ann");
      expect(await scheduleRow(under.db, "s")).toMatchObject({ reserved_seats: 2, sold_out_at: clock.at });
    });

    it("changes nothing when all comes again an hour later", async () => {
      const clock = standingClock();
      const office = openBoxOffice(under.db, clock);
      await addSchedules(under.db, schedule("s", { seats: 3 }));
      const buying = [1, 2, 3].map((seatNo) => office.buy("s", seatNo, `shopper-${seatNo}`));
      const sales = await allOf(buying);
      const before = await booksOf(under.db);
      expect(before.outbox).toHaveLength(4);
      clock.at += 3_600_000;
      for (const { reservation, payment } of sales) {
        expect(await office.begin(reservation)).toMatchObject({ paymentId: payment.paymentId });
        for (const verdict of ["captured", "voided", "captured"] as const) await office.close(payment, verdict);
        await expect(office.hold("s", reservation.seatNo, reservation.userId)).rejects.toThrow("seat-taken");
      }
      expect(await office.expire()).toBe(0);
      expect(await booksOf(under.db)).toEqual(before);
    });
  });
