import { expect, it, onTestFinished } from "vitest";
import { closeDatabase, openDatabase } from "../../../src/adapters/sql/database.js";
import { SqlConcertQueries } from "../../../src/adapters/sql/sql-concert-queries.js";
import { SqlUnitOfWork } from "../../../src/adapters/sql/sql-unit-of-work.js";
import { ExpireHolds } from "../../../src/application/concert/expire-holds.js";
import type { UnitOfWork } from "../../../src/application/ports/unit-of-work.js";
import {
  addSchedules,
  held,
  holdMs,
  schedule,
  scheduleId,
  scheduleRow,
  writeReservations,
} from "../../support/concert.js";
import { standingClock } from "../../support/drop.js";
import { migrateForTest } from "../../support/migrated-database.js";

it("holds that are over end, but for one that cannot be read, whose error is told afterwards", async () => {
  const db = openDatabase({ kind: "sqlite", file: ":memory:" });
  onTestFinished(() => closeDatabase(db));
  await migrateForTest(db);
  const right = new SqlUnitOfWork(db, () => {});
  const failing: UnitOfWork = {
    run: (work) =>
      right.run((tx) => {
        const lock = async (ids: readonly string[]) => {
          if (ids.includes("bad")) throw new Error("bad cannot be read");
          return tx.reservations.lock(ids as never);
        };
        return work({ ...tx, reservations: Object.assign(Object.create(tx.reservations), { lock }) });
      }),
  };
  await addSchedules(db, schedule("s"));
  await writeReservations(db, ...["a", "bad", "c"].map((id, n) => held(id, n + 1)));
  await right.run((tx) => tx.concerts.count([{ scheduleId: scheduleId("s"), held: 3, reserved: 0 }]));
  const clock = standingClock();
  clock.at += holdMs;
  const concerts = new SqlConcertQueries(db);
  await expect(new ExpireHolds(concerts, failing, clock).execute()).rejects.toThrow("bad cannot be read");
  expect(await scheduleRow(db, "s")).toMatchObject({ held_seats: 1 });
  expect(await new ExpireHolds(concerts, right, clock).execute()).toBe(1);
});
