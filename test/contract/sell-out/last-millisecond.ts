import { setTimeout as pause } from "node:timers/promises";
import type { Database } from "../../../src/adapters/sql/database.js";
import type { UnitOfWork } from "../../../src/application/ports/unit-of-work.js";
import type { Reservation } from "../../../src/domain/concert.js";
import type { Payment } from "../../../src/domain/payment.js";
import { addSchedules, holdMs, schedule } from "../../support/concert-data.js";
import { manualClock } from "../../support/coupon-data.js";
import { later } from "../../support/order-data.js";
import { SeededRandom } from "../../support/seeded-random.js";
import { allOf, openSeatUseCases, retryUnavailable, undefinedIf } from "./seat-fixture.js";

/** Seats per race. */
const raceSize = 5;
const jitterMs = 4;

/**
 * Kim starts payments in the last millisecond of her holds. At the same time, on a node whose clock is 1 ms ahead, the
 * holds expire and Lee buys the same seats. Some of Kim's payments are declined, and Ann buys the seats that become free.
 * Returns how many seats each of them owns.
 */
export const payInTheLastMillisecond = async (
  [db, other]: readonly [Database, Database],
  seats: number,
  makeWork: (db: Database) => UnitOfWork,
) => {
  const box = openSeatUseCases(db, manualClock());
  const early = openSeatUseCases(db, manualClock(later(holdMs - 1)), makeWork(db));
  const late = openSeatUseCases(other, manualClock(later(holdMs)), makeWork(other));
  const random = new SeededRandom(seats);
  const expire = () => retryUnavailable(() => late.expire());
  const soon = () => pause(random.next() * jitterMs);
  await addSchedules(db, schedule("s", { seats }));

  const race = async (seatNos: readonly number[]) => {
    const holds = await allOf(seatNos.map((seatNo) => box.hold("s", seatNo, "kim")));
    const payments: Payment[] = [];
    const kim = async (hold: Reservation) => {
      await soon();
      const payment = await undefinedIf(
        retryUnavailable(() => early.begin(hold)),
        "reservation-expired",
      );
      if (payment !== undefined) payments.push(payment);
    };
    const lee = async ({ seatNo }: Reservation) => {
      await soon();
      await undefinedIf(
        retryUnavailable(() => late.buy("s", seatNo, "lee")),
        "seat-taken",
      );
    };
    await allOf<unknown>([...holds.map(kim), ...holds.map(lee), soon().then(expire)]);
    // While Kim's payment is open, Ann is rejected. So she tries several times.
    const ann = async (seatNo: number) => {
      for (let tries = 0; tries < 8; tries += 1) {
        await soon();
        const bought = retryUnavailable(() => late.buy("s", seatNo, "ann"));
        if ((await undefinedIf(bought, "seat-taken")) !== undefined) return;
      }
    };
    const ends = payments.map((payment) => {
      const verdict = random.chance(0.3) ? "declined" : "captured";
      return retryUnavailable(() => early.close(payment, verdict));
    });
    await allOf<unknown>([...ends, ...seatNos.map(ann), expire()]);
  };
  for (let first = 1; first <= seats; first += raceSize)
    await race(Array.from({ length: raceSize }, (_, n) => first + n));

  const owners: string[] = await db.knex("reservations").where("status", "reserved").pluck("user_id");
  const of = (shopper: string) => owners.filter((owner) => owner === shopper).length;
  return { kim: of("kim"), lee: of("lee"), ann: of("ann") };
};
