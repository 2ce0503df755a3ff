import { setTimeout as pause } from "node:timers/promises";
import type { Database } from "../../../src/adapters/sql/database.js";
import type { UnitOfWork } from "../../../src/application/ports/unit-of-work.js";
import type { ScheduleId } from "../../../src/domain/ids.js";
import { type EpochMs, toInstant } from "../../../src/domain/time.js";
import { addSchedules, schedule } from "../../support/concert-data.js";
import { replaceMethods } from "../../support/replace-methods.js";
import { SeededRandom } from "../../support/seeded-random.js";
import { allOf, inBatches, openSeatUseCases, soldOutEvents, tickingClock } from "./seat-fixture.js";

/** Halls that sell out concurrently. Each has two payments, and each node has ten connections. */
const concurrentHalls = 10;
const jitterMs = 20;

/** Calls `note` when a payment has counted its seat and so has locked the schedule's row. */
const observed = (work: UnitOfWork, note: (schedule: string) => void): UnitOfWork => ({
  run: (job) =>
    work.run((tx) => {
      const currentState = (id: ScheduleId) => {
        note(id);
        return tx.concerts.currentState(id);
      };
      return job({ ...tx, concerts: replaceMethods(tx.concerts, { currentState }) });
    }),
});

/** How many halls broke which part of the promise S1. */
type Verdict = {
  readonly unrecorded: number;
  /** Halls without exactly one correct event. */
  readonly misannounced: number;
  /** Halls stamped with a time before the other payment had counted its seat. */
  readonly early: number;
};

/**
 * Sells halls of two seats. The two payments of a hall close on two nodes, at most 20 ms apart.
 * @param makeWork creates the transactions of a node, correct or known-wrong ones
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
  const sellers = nodes.map((node) => openSeatUseCases(node, clock, observed(makeWork(node, clock.now), note)));
  const random = new SeededRandom(halls);
  await addSchedules(db, ...Array.from({ length: halls }, (_, n) => schedule(`h${n}`, { seats: 2 })));

  const sell = async (n: number) => {
    const payments = sellers.map(async (node, seat) => {
      const payment = await node.begin(await node.hold(`h${n}`, seat + 1, `shopper-${n}-${seat}`));
      return { close: () => node.close(payment), jitter: random.next() * jitterMs };
    });
    const closing = (await allOf(payments)).map(async ({ close, jitter }) => {
      await pause(jitter);
      await close();
    });
    await allOf(closing);
  };
  await inBatches(halls, concurrentHalls, sell);

  const events = await soldOutEvents(db);
  const rows: { schedule_id: string; sold_out_at: EpochMs | null }[] = await db.knex("schedules");
  const isAnnounced = rows.map(({ schedule_id: id, sold_out_at: at }) => {
    const own = events.filter((event) => event.data.scheduleId === id);
    const [event] = own;
    return own.length === 1 && at !== null && event?.id === `schedule.sold-out:${id}` && event.at === toInstant(at);
  });
  return {
    unrecorded: rows.filter((row) => row.sold_out_at === null).length,
    misannounced: isAnnounced.filter((announced) => !announced).length,
    // The last payment that counts its seat sells the hall out. The one before it is the other payment.
    early: rows.filter(
      (row) => row.sold_out_at !== null && row.sold_out_at <= (counted.get(row.schedule_id)?.at(-2) ?? 0),
    ).length,
  };
};
