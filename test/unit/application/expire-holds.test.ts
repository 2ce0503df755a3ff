import { expect, it, onTestFinished } from "vitest";
import { closeDatabase, openDatabase } from "../../../src/adapters/sql/database.js";
import { ExpireHolds } from "../../../src/application/concert/expire-holds.js";
import type { UnitOfWork } from "../../../src/application/ports/unit-of-work.js";
import { testPorts } from "../../support/application.js";
import {
  addSchedules,
  held,
  holdMs,
  reservationId,
  schedule,
  scheduleId,
  scheduleRow,
  writeReservations,
} from "../../support/concert-data.js";
import { manualClock } from "../../support/coupon-data.js";
import { migrateForTest } from "../../support/migrated-database.js";
import { replaceMethods } from "../../support/replace-methods.js";

it("expiring holds expires all other holds if one fails, then throws its error", async () => {
  const db = openDatabase({ kind: "sqlite", file: ":memory:" });
  onTestFinished(() => closeDatabase(db));
  await migrateForTest(db);
  const clock = manualClock();
  const { concerts, work } = testPorts(db, clock);
  const failing: UnitOfWork = {
    run: (run) =>
      work.run((tx) => {
        const reservations = replaceMethods(tx.reservations, {
          lock: async (ids) => {
            if (ids.includes(reservationId("bad"))) throw new Error("bad cannot be read");
            return tx.reservations.lock(ids);
          },
        });
        return run({ ...tx, reservations });
      }),
  };
  await addSchedules(db, schedule("s"));
  await writeReservations(db, ...["a", "bad", "c"].map((id, n) => held(id, n + 1)));
  await work.run((tx) => tx.concerts.count([{ scheduleId: scheduleId("s"), held: 3, reserved: 0 }]));
  clock.at += holdMs;
  await expect(new ExpireHolds(concerts, failing, clock).execute()).rejects.toThrow("bad cannot be read");
  expect(await scheduleRow(db, "s")).toMatchObject({ held_seats: 1 });
  expect(await new ExpireHolds(concerts, work, clock).execute()).toBe(1);
});
