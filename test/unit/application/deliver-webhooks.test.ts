import { describe, expect, it, onTestFinished } from "vitest";
import { closeDatabase, openDatabase } from "../../../src/adapters/sql/database.js";
import { SqlDeadLetterQueries } from "../../../src/adapters/sql/sql-dead-letters.js";
import { SqlOutboxRows } from "../../../src/adapters/sql/sql-outbox-rows.js";
import { SqlUnitOfWork } from "../../../src/adapters/sql/sql-unit-of-work.js";
import { SqlWebhookDeliveries } from "../../../src/adapters/sql/sql-webhook-deliveries.js";
import { AnnounceSoldOut } from "../../../src/application/concert/announce-sold-out.js";
import { ReplayDeadLetter } from "../../../src/application/dead-letter/replay-dead-letter.js";
import type { WebhookTarget } from "../../../src/application/ports/webhook-target.js";
import { DeliverWebhooks, type FailedSend, webhookBackoff } from "../../../src/application/webhook/deliver-webhooks.js";
import type { DomainEvent, EventOf } from "../../../src/domain/event.js";
import { soldOut, soldOuts } from "../../contract/webhook-deliveries/announcements.js";
import { barrierOf, manualClock, noon, rowsIn } from "../../support/coupon-data.js";
import { migrateForTest } from "../../support/migrated-database.js";
import { operator } from "../../support/operator.js";
import { SeededRandom } from "../../support/seeded-random.js";

const second = 1000;
const hour = 3600 * second;
const day = 24 * hour;

/** The webhook's two use cases on a database in memory, and a listener that is down for `downFor` ms. */
const open = async ({ downFor = 0, random = (): number => 1 } = {}) => {
  const db = openDatabase({ kind: "sqlite", file: ":memory:" });
  onTestFinished(() => closeDatabase(db));
  await migrateForTest(db);
  const clock = manualClock();
  const work = new SqlUnitOfWork(db, () => {});
  /** When the listener was called, ms after noon. */
  const calls: number[] = [];
  const listener = { downUntil: noon + downFor };
  const target: WebhookTarget = {
    send: async () => {
      calls.push(clock.at - noon);
      return clock.at < listener.downUntil ? { failed: "status 500" } : "delivered";
    },
  };
  const deliveries = new SqlWebhookDeliveries(db, clock);
  const delivering = (to: WebhookTarget) => new DeliverWebhooks(deliveries, to, webhookBackoff(random), clock);
  const announce = new AnnounceSoldOut(work, clock, true);
  const deliver = delivering(target);
  /** Runs the job every second, as the scheduler does, and skips the seconds in which nothing is due. */
  const runUntilQuiet = async (): Promise<readonly FailedSend[]> => {
    const failed: FailedSend[] = [];
    for (;;) {
      failed.push(...(await deliver.execute()));
      const next = await db.knex("webhook_deliveries").min({ dueAt: "due_at" }).first();
      if (next?.dueAt == null) return failed;
      clock.at += Math.ceil((next.dueAt - clock.at) / second) * second;
    }
  };
  return { db, clock, work, calls, listener, deliver, delivering, announce, runUntilQuiet };
};

describe("a sold-out webhook", () => {
  it("is sent once, however often its event is delivered", async () => {
    const { announce, deliver, calls, clock } = await open();
    await announce.execute([soldOut(1)]);
    expect(calls).toEqual([]);
    expect(await deliver.execute()).toEqual([]);
    clock.at += hour;
    await announce.execute([soldOut(1), soldOut(1)]);
    expect(await deliver.execute()).toEqual([]);
    expect(calls).toEqual([0]);
  });

  it("is not stored if no listener is configured", async () => {
    const { db, work, clock } = await open();
    await new AnnounceSoldOut(work, clock, false).execute([soldOut(1)]);
    expect(await rowsIn(db, "webhook_deliveries")).toBe(0);
  });

  it("is retried with doubling pauses while the listener responds with 500", async () => {
    const { db, announce, runUntilQuiet, calls } = await open({ downFor: hour });
    await announce.execute([soldOut(1)]);
    const failed = await runUntilQuiet();
    // 5 s, doubled each time: the tenth failure is 2,555 s after the first attempt, the next attempt after the hour.
    expect(calls.map((at) => at / second)).toEqual([0, 5, 15, 35, 75, 155, 315, 635, 1275, 2555, 5115]);
    expect(failed).toHaveLength(10);
    expect(failed.at(-1)).toEqual({ eventId: soldOut(1).id, error: "status 500", attempts: 10, parked: false });
    expect(await rowsIn(db, "dead_letters")).toBe(0);
  });

  it("randomizes up to half of each pause, so that webhooks that failed together are not retried together", async () => {
    const seeded = new SeededRandom(5);
    const { announce, runUntilQuiet, calls } = await open({ downFor: hour, random: () => seeded.next() });
    await announce.execute(soldOuts(8));
    await runUntilQuiet();
    expect(new Set(calls.filter((at) => at > 0)).size).toBeGreaterThan(16);
    expect(calls.filter((at) => at >= hour)).toHaveLength(8);
    expect(Math.max(...calls)).toBeLessThan(2 * hour);
  });

  it("is parked after a day of failures, is listed, and starts over when it is replayed", async () => {
    const { db, announce, runUntilQuiet, calls, clock, work, listener } = await open({ downFor: 2 * day });
    await announce.execute([soldOut(1)]);
    const failed = await runUntilQuiet();
    expect(calls.at(-1)).toBe(day);
    expect(failed.filter(({ parked }) => parked)).toEqual([failed.at(-1)]);
    const pauses = calls.slice(1, -1).map((at, index) => at - (calls[index] ?? 0));
    expect(Math.max(...pauses)).toBe(hour);
    expect(calls).toHaveLength(34);

    const letters = (await new SqlDeadLetterQueries(db).list(null, 10))?.items;
    expect(letters).toMatchObject([{ group: "webhook", error: "status 500", attempts: 34 }]);
    clock.at += day;
    await announce.execute([soldOut(1)]);
    expect(await runUntilQuiet()).toEqual([]);

    await new ReplayDeadLetter(work, clock).execute(letters?.[0]?.id ?? "", operator);
    const replayed = await new SqlOutboxRows(db, clock).claim(10);
    listener.downUntil = clock.at + 5 * second;
    await announce.execute(replayed.map(({ event }) => event as EventOf<"schedule.sold-out">));
    expect(await runUntilQuiet()).toHaveLength(1);
    expect(calls.slice(34)).toEqual([2 * day, 2 * day + 5 * second]);
    expect((await new SqlDeadLetterQueries(db).list(null, 10))?.items).toEqual([]);
  });

  it("is retried for a day from its first attempt, even if that attempt is days late", async () => {
    const { announce, deliver, clock, db } = await open({ downFor: 3 * day });
    await announce.execute([soldOut(1)]);
    clock.at += 2 * day;
    expect(await deliver.execute()).toMatchObject([{ parked: false }]);
    expect(await rowsIn(db, "dead_letters")).toBe(0);
  });
});

describe("DeliverWebhooks", () => {
  it("sends at most 8 webhooks at a time, until none is due", async () => {
    const { announce, delivering } = await open();
    await announce.execute(soldOuts(30));
    const sent: string[] = [];
    let running = 0;
    let maxRunning = 0;
    const target: WebhookTarget = {
      send: async ({ id }) => {
        running += 1;
        maxRunning = Math.max(maxRunning, running);
        await new Promise(setImmediate);
        running -= 1;
        sent.push(id);
        return "delivered";
      },
    };
    expect(await delivering(target).execute()).toEqual([]);
    expect([new Set(sent).size, sent.length, maxRunning]).toEqual([30, 30, 8]);
  });

  it("stops its run after a failure, and sends the rest in later runs", async () => {
    const { announce, deliver, calls, runUntilQuiet, db } = await open({ downFor: 30 * second });
    await announce.execute(soldOuts(20));
    expect(await deliver.execute()).toHaveLength(8);
    expect(calls).toHaveLength(8);
    await runUntilQuiet();
    expect(await db.knex("webhook_deliveries").whereNotNull("delivered_at").pluck("event_id")).toHaveLength(20);
  });

  it("delivers the other webhooks while one hangs", async () => {
    const { announce, delivering, db } = await open();
    await announce.execute(soldOuts(3));
    const released = barrierOf(2);
    const target: WebhookTarget = {
      send: async ({ id }: DomainEvent) => {
        if (id !== soldOut(1).id) return "delivered";
        await released();
        return { failed: "no response within 5000 ms" };
      },
    };
    const run = delivering(target).execute();
    const delivered = () => db.knex("webhook_deliveries").whereNotNull("delivered_at").pluck("event_id");
    await expect.poll(delivered).toHaveLength(2);
    void released();
    expect(await run).toMatchObject([{ eventId: soldOut(1).id }]);
  });

  it("sends a webhook again if the outcome was not recorded", async () => {
    const { announce, deliver, db, clock, calls } = await open();
    await announce.execute([soldOut(1)]);
    await db.knex.raw(
      "CREATE TRIGGER full BEFORE UPDATE OF delivered_at ON webhook_deliveries BEGIN SELECT RAISE(ABORT, 'no'); END",
    );
    await expect(deliver.execute()).rejects.toThrow();
    await db.knex.raw("DROP TRIGGER full");
    clock.at += 30 * second;
    expect(await deliver.execute()).toEqual([]);
    expect(calls).toEqual([0, 30 * second]);
  });
});
