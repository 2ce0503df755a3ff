import { setTimeout as pause } from "node:timers/promises";
import type { Database } from "../../../src/adapters/sql/database.js";
import type { UnitOfWork } from "../../../src/application/ports/unit-of-work.js";
import type { ScheduleId } from "../../../src/domain/ids.js";
import { type EpochMs, toInstant } from "../../../src/domain/time.js";
import { addSchedules, schedule } from "../../support/concert.js";
import { replaceMethods } from "../../support/replace-methods.js";
import { SeededRandom } from "../../support/seeded-random.js";
import { allOf, inBatches, openBoxOffice, soldOutEvents, tickingClock } from "./box-office.js";

/** Halls at once: each has two payments, and a node ten connections. */
const hallsAtOnce = 10;
const jitterMs = 20;

/** Notes when each payment had counted its seat, and so had the schedule's row locked. */
const watched = (work: UnitOfWork, note: (schedule: string) => void): UnitOfWork => ({
  run: (job) =>
    work.run((tx) => {
      const currentState = (id: ScheduleId) => {
        note(id);
        return tx.concerts.currentState(id);
      };
      return job({ ...tx, concerts: replaceMethods(tx.concerts, { currentState }) });
    }),
});

/** How many of the halls broke which part of the promise S1. */
type Verdict = {
  readonly unrecorded: number;
  /** Not told of, or not once. */
  readonly mistold: number;
  /** Stamped with a time at which another payment was still to count its seat. */
  readonly early: number;
};

/**
 * Sells halls of two seats: each hall's two payments are closed at once, give or take some milliseconds, each on
 * another node.
 * @param makeWork the nodes' transactions, or those of a wrong twin
 */
export const sellLastTwoSeats = async (
  nodes: readonly [Database, Database],
  halls: number,
  makeWork: (db: Database, now: () => EpochMs) => UnitOfWork,
): Promise<Verdict> => {
  const [db] = nodes;
  const clock = tickingClock();
  const counted = new Map<string, EpochMs[]>();
  const note = (id: string) => counted.set(id, [...(counted.get(id) ?? []), clock.now()]);
  const offices = nodes.map((node) => openBoxOffice(node, clock, watched(makeWork(node, clock.now), note)));
  const random = new SeededRandom(halls);
  await addSchedules(db, ...Array.from({ length: halls }, (_, n) => schedule(`h${n}`, { seats: 2 })));

  const sell = async (n: number) => {
    const payments = offices.map(async (office, seat) => {
      const payment = await office.begin(await office.hold(`h${n}`, seat + 1, `shopper-${n}-${seat}`));
      return { close: () => office.close(payment), jitter: random.next() * jitterMs };
    });
    const closing = (await allOf(payments)).map(async ({ close, jitter }) => {
      await pause(jitter);
      await close();
    });
    await allOf(closing);
  };
  await inBatches(halls, hallsAtOnce, sell);

  const events = await soldOutEvents(db);
  const rows: { schedule_id: string; sold_out_at: EpochMs | null }[] = await db.knex("schedules");
  const told = rows.map(({ schedule_id: id, sold_out_at: at }) => {
    const own = events.filter((event) => event.data.scheduleId === id);
    const [event] = own;
    return own.length === 1 && at !== null && event?.id === `schedule.sold-out:${id}` && event.at === toInstant(at);
  });
  return {
    unrecorded: rows.filter((row) => row.sold_out_at === null).length,
    mistold: told.filter((right) => !right).length,
    // The last to count its seat is the payment that sold the hall out; the one before it is the other.
    early: rows.filter(
      (row) => row.sold_out_at !== null && row.sold_out_at <= (counted.get(row.schedule_id)?.at(-2) ?? 0),
    ).length,
  };
};
