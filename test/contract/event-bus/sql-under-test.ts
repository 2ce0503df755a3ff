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

/** Opens a new database in memory. */
export const openSqliteUnderTest = (): Promise<Opened> => openOn({ kind: "sqlite", file: ":memory:" });

/** Opens a new database on a running server. */
export const openMysqlUnderTest = async (server: string, tuning?: JournalTuning): Promise<Opened> => {
  const name = `bus_${randomUUID().replaceAll("-", "").slice(0, 12)}`;
  const query = async (sql: string) => {
    const connection = await createConnection({ uri: server });
    await connection.query(sql);
    await connection.end();
  };
  await query(`CREATE DATABASE ${name}`);
  const under = await openOn({ kind: "mysql", url: server.replace(/[^/]+$/, name) }, tuning);
  return {
    ...under,
    close: async () => {
      await under.close();
      await query(`DROP DATABASE ${name}`);
    },
  };
};

const clock = { now: () => Date.now() as EpochMs };
/** The columns of `dead_letters` as fields of a letter. */
export const letterColumns = {
  type: "type",
  group: "consumer_group",
  error: "error",
  attempts: "attempts",
  event: "event",
};

const openOn = async (target: DatabaseTarget, tuning = quickJournal): Promise<Opened> => {
  const db = openDatabase(target);
  await migrateForTest(db);
  const buses: SqlEventBus[] = [];
  const table = new Recorder({ timeoutMs: 0 }).choreography();
  const groupsOf = (type: EventType) => Object.keys(table[type]) as ConsumerGroup[];
  return {
    timeoutMs: 60_000,
    open: async () => {
      const lease = new SqlJobLease(db, clock, `node-${buses.length}`);
      const bus = new SqlEventBus({ db, lease, clock, timers: systemTimers, groupsOf }, tuning);
      buses.push(bus);
      await bus.start();
      return bus;
    },
    parked: () => db.knex("dead_letters").orderBy("id").select(letterColumns),
    sendText: async (payload) => {
      await db.knex("deliveries").insert({
        consumer_group: "stock",
        event_id: randomUUID(),
        type: "coupon.requested",
        event_key: "a",
        payload,
        created_at: Date.now(),
      });
    },
    // One worker has the group's lease and does all of its work.
    divided: async () => {},
    breakStock: async () => {
      await db.knex.schema.renameTable("deliveries", "renamed");
      return () => db.knex.schema.renameTable("renamed", "deliveries");
    },
    close: async () => {
      for (const bus of buses) await bus.stop();
      await closeDatabase(db);
    },
  };
};
