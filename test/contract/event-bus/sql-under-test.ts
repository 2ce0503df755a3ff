import { randomUUID } from "node:crypto";
import { createConnection } from "mysql2/promise";
import { closeDatabase, type DatabaseTarget, openDatabase } from "../../../src/adapters/sql/database.js";
import { type JournalTuning, SqlEventBus } from "../../../src/adapters/sql/sql-event-bus.js";
import { SqlJobLease } from "../../../src/adapters/sql/sql-job-lease.js";
import { systemTimers } from "../../../src/adapters/system/system-timers.js";
import type { ConsumerGroup } from "../../../src/application/choreography.js";
import type { EventType } from "../../../src/domain/event.js";
import type { EpochMs } from "../../../src/domain/time.js";
import { migrateForTest } from "../../support/migrated-database.js";
import { type BusUnderTest, Recorder } from "./bus-under-test.js";

type Opened = BusUnderTest & { close(): Promise<void> };

export const quickJournal: JournalTuning = { backoff: () => 40, pollMs: 50 };

/** A database of its own in this process's memory. */
export const openSqliteUnderTest = (): Promise<Opened> => openOn({ kind: "sqlite", file: ":memory:" });

/** A database of its own on a running server. */
export const openMysqlUnderTest = async (server: string, tuning?: JournalTuning): Promise<Opened> => {
  const name = `bus_${randomUUID().replaceAll("-", "").slice(0, 12)}`;
  const ask = async (sql: string) => {
    const connection = await createConnection({ uri: server });
    await connection.query(sql);
    await connection.end();
  };
  await ask(`CREATE DATABASE ${name}`);
  const under = await openOn({ kind: "mysql", url: server.replace(/[^/]+$/, name) }, tuning);
  return {
    ...under,
    close: async () => {
      await under.close();
      await ask(`DROP DATABASE ${name}`);
    },
  };
};

const clock = { now: () => Date.now() as EpochMs };
const columns = { type: "type", group: "consumer_group", error: "error", attempts: "attempts", event: "event" };

const openOn = async (target: DatabaseTarget, tuning = quickJournal): Promise<Opened> => {
  const db = openDatabase(target);
  await migrateForTest(db);
  const buses: SqlEventBus[] = [];
  const table = new Recorder({ patienceMs: 0 }).choreography();
  const groupsOf = (type: EventType) => Object.keys(table[type]) as ConsumerGroup[];
  return {
    patienceMs: 60_000,
    open: async () => {
      const lease = new SqlJobLease(db, clock, `node-${buses.length}`);
      const bus = new SqlEventBus({ db, lease, clock, timers: systemTimers, groupsOf }, tuning);
      buses.push(bus);
      await bus.start();
      return bus;
    },
    parked: () => db.knex("dead_letters").orderBy("id").select(columns),
    poison: async (payload) => {
      await db.knex("deliveries").insert({
        consumer_group: "stock",
        event_id: randomUUID(),
        type: "coupon.requested",
        event_key: "a",
        payload,
        created_at: Date.now(),
      });
    },
    // One worker has the group's lease, and so all of its work.
    shared: async () => {},
    breakStock: async () => {
      await db.knex.schema.renameTable("deliveries", "elsewhere");
      return () => db.knex.schema.renameTable("elsewhere", "deliveries");
    },
    close: async () => {
      for (const bus of buses) await bus.stop();
      await closeDatabase(db);
    },
  };
};
