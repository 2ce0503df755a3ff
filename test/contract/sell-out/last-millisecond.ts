import { setTimeout as pause } from "node:timers/promises";
import type { Database } from "../../../src/adapters/sql/database.js";
import type { UnitOfWork } from "../../../src/application/ports/unit-of-work.js";
import type { Reservation } from "../../../src/domain/concert.js";
import type { Payment } from "../../../src/domain/payment.js";
import { addSchedules, holdMs, schedule } from "../../support/concert.js";
import { standingClock } from "../../support/drop.js";
import { later } from "../../support/order.js";
import { SeededRandom } from "../../support/seeded-random.js";
import { allOf, insisting, openBoxOffice, unlessRefused } from "./box-office.js";

const seatsAtOnce = 5;
const jitterMs = 4;

/**
 * Kim pays for seats in the last millisecond of her holds. On another node, whose clock is that much ahead, holds are
 * ended meanwhile, and Lee asks for the same seats. Whoever came first pays; Kim's bank now and then declines, and Ann
 * takes what is free then. Answers how many seats each has.
 */
export const payInTheLastMillisecond = async (
  [db, other]: readonly [Database, Database],
  seats: number,
  makeWork: (db: Database) => UnitOfWork,
) => {
  const box = openBoxOffice(db, standingClock());
  const early = openBoxOffice(db, standingClock(later(holdMs - 1)), makeWork(db));
  const late = openBoxOffice(other, standingClock(later(holdMs)), makeWork(other));
  const random = new SeededRandom(seats);
  const expire = () => insisting(() => late.expire());
  const soon = () => pause(random.next() * jitterMs);
  await addSchedules(db, schedule("s", { seats }));

  const race = async (seatNos: readonly number[]) => {
    const holds = await allOf(seatNos.map((seatNo) => box.hold("s", seatNo, "kim")));
    const payments: Payment[] = [];
    const kim = async (hold: Reservation) => {
      await soon();
      const payment = await unlessRefused(
        insisting(() => early.begin(hold)),
        "reservation-expired",
      );
      if (payment !== undefined) payments.push(payment);
    };
    const lee = async ({ seatNo }: Reservation) => {
      await soon();
      await unlessRefused(
        insisting(() => late.buy("s", seatNo, "lee")),
        "seat-taken",
      );
    };
    await allOf<unknown>([...holds.map(kim), ...holds.map(lee), soon().then(expire)]);
    // A seat that Kim is paying for is refused at once, so Ann has to come again.
    const ann = async (seatNo: number) => {
      for (let tries = 0; tries < 8; tries += 1) {
        await soon();
        const bought = insisting(() => late.buy("s", seatNo, "ann"));
        if ((await unlessRefused(bought, "seat-taken")) !== undefined) return;
      }
    };
    const ends = payments.map((payment) => {
      const verdict = random.chance(0.3) ? "declined" : "captured";
      return insisting(() => early.close(payment, verdict));
    });
    await allOf<unknown>([...ends, ...seatNos.map(ann), expire()]);
  };
  for (let first = 1; first <= seats; first += seatsAtOnce)
    await race(Array.from({ length: seatsAtOnce }, (_, n) => first + n));

  const owners: string[] = await db.knex("reservations").where("status", "reserved").pluck("user_id");
  const of = (shopper: string) => owners.filter((owner) => owner === shopper).length;
  return { kim: of("kim"), lee: of("lee"), ann: of("ann") };
};
