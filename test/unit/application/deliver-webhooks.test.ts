import { describe, expect, it } from "vitest";
import { SqlDeadLetterQueries } from "../../../src/adapters/sql/sql-dead-letters.js";
import { SqlOutboxRows } from "../../../src/adapters/sql/sql-outbox-rows.js";
import { ReplayDeadLetter } from "../../../src/application/dead-letter/replay-dead-letter.js";
import { ReplayDelivery } from "../../../src/application/webhook/replay-delivery.js";
import type { EventOf } from "../../../src/domain/event.js";
import { after } from "../../../src/domain/time.js";
import { settingsWebhookId, settingsWebhookKey } from "../../../src/domain/webhook.js";
import { soldOut, soldOuts, webhookOf } from "../../contract/webhook-deliveries/announcements.js";
import { barrierOf, noon, rowsIn } from "../../support/coupon-data.js";
import { operator } from "../../support/operator.js";
import { SeededRandom } from "../../support/seeded-random.js";
import { day, hour, openSender, second, sent, settingsUrl } from "./webhook-sender.js";

const [erp, crm] = [webhookOf("erp"), webhookOf("crm")];
const downFor = (ms: number) => ({
  respond: ({ at }: { readonly at: number }) => sent(at < ms ? 500 : 204),
});

describe("a webhook whose target fails", () => {
  it("is retried with doubling pauses while the target responds with 500 for an hour", async () => {
    const { db, consume, runUntilQuiet, calls, failures } = await openSender(downFor(hour));
    await consume.execute([soldOut(1)]);
    await runUntilQuiet();
    // 5 s, doubled each time: the tenth failure is 2,555 s after the first attempt, the next attempt after the hour.
    expect(calls.map(({ at }) => at / second)).toEqual([0, 5, 15, 35, 75, 155, 315, 635, 1275, 2555, 5115]);
    expect(failures).toHaveLength(10);
    const last = { webhook: "settings", eventId: soldOut(1).id, error: "status 500", attempts: 10, failed: false };
    expect(failures.at(-1)).toEqual(last);
    expect(await rowsIn(db, "dead_letters")).toBe(0);
  });

  it("randomizes up to half of each pause, so that webhooks that failed together are not retried together", async () => {
    const seeded = new SeededRandom(5);
    const { consume, runUntilQuiet, calls } = await openSender({ ...downFor(hour), random: () => seeded.next() });
    await consume.execute(soldOuts(8));
    await runUntilQuiet();
    expect(new Set(calls.filter(({ at }) => at > 0).map(({ at }) => at)).size).toBeGreaterThan(16);
    expect(calls.filter(({ at }) => at >= hour)).toHaveLength(8);
    expect(Math.max(...calls.map(({ at }) => at))).toBeLessThan(2 * hour);
  });

  it("is failed after a day, and starts over when it is replayed", async () => {
    let isDown = true;
    const respond = () => sent(isDown ? 500 : 204);
    const { db, consume, runUntilQuiet, calls, clock, work, queries } = await openSender({ webhooks: [erp], respond });
    await consume.execute([soldOut(1)]);
    const deliveries = async (key = erp.key) => (await queries.deliveries(key, null, null, 10))?.items ?? [];
    await runUntilQuiet();
    const atErp = calls.filter(({ url }) => url === erp.url);
    expect([atErp.at(-1)?.at, atErp.length]).toEqual([day, 34]);
    const pauses = atErp.slice(1, -1).map(({ at }, index) => at - (atErp[index]?.at ?? 0));
    expect(Math.max(...pauses)).toBe(hour);
    const [failed] = await deliveries();
    expect(failed).toMatchObject({ state: "failed", attempts: 34, lastStatus: 500, nextAt: null });
    // Only the webhook of the settings leaves dead letters.
    const letters = (await new SqlDeadLetterQueries(db).list(null, 10))?.items;
    expect(letters).toMatchObject([{ group: "webhook", error: "status 500", attempts: 34 }]);
    expect(await deliveries(settingsWebhookKey)).toMatchObject([{ state: "failed" }]);

    clock.at += day;
    await consume.execute([soldOut(1)]);
    await runUntilQuiet();
    expect(calls).toHaveLength(68);

    isDown = false;
    const replay = new ReplayDelivery(work, clock);
    await replay.execute(erp.webhookId, failed?.deliveryId ?? expect.unreachable(), operator);
    await new ReplayDeadLetter(work, clock).execute(letters?.[0]?.id ?? "", operator);
    const replayed = await new SqlOutboxRows(db, clock).claim(10);
    await consume.execute(replayed.map(({ event }) => event as EventOf<"schedule.sold-out">));
    await runUntilQuiet();
    expect(
      calls
        .slice(68)
        .map(({ url }) => url)
        .sort(),
    ).toEqual([erp.url, settingsUrl]);
    expect(await deliveries()).toMatchObject([{ state: "delivered", attempts: 1, lastError: null }]);
    expect((await new SqlDeadLetterQueries(db).list(null, 10))?.items).toEqual([]);
  });

  it("is retried for a day from its first attempt, even if that attempt is days late", async () => {
    const { consume, tick, clock, failures } = await openSender(downFor(3 * day));
    await consume.execute([soldOut(1)]);
    clock.at += 2 * day;
    await tick();
    expect(failures).toMatchObject([{ failed: false }]);
  });

  it("gets another day from the time at which it was enabled", async () => {
    const { consume, tick, clock, failures, work } = await openSender({ ...downFor(9 * day), webhooks: [erp] });
    await consume.execute([soldOut(1)]);
    await tick();
    clock.at += 2 * day;
    await work.run((tx) => tx.webhooks.save({ ...erp, retryingSince: after(noon, 2 * day) }));
    failures.length = 0;
    await tick();
    expect(failures.map(({ webhook, failed }) => [webhook, failed]).sort()).toEqual([
      ["erp", false],
      ["settings", true],
    ]);
  });
});

describe("several webhooks", () => {
  /** One target hangs until the test ends, the other responds. */
  const oneHangs = async () => {
    let release = () => {};
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    const respond = async ({ url }: { readonly url: string }) => {
      if (url !== erp.url) return sent(204);
      await released;
      return sent(500);
    };
    const sender = await openSender({ webhooks: [erp, crm], respond, hasSettings: false });
    await sender.consume.execute(soldOuts(3));
    const delivered = async () => (await sender.queries.deliveries(crm.key, "delivered", null, 10))?.items.length;
    return { ...sender, delivered, release };
  };

  it("deliver independently: a target that hangs delays no other", async () => {
    const { deliver, consume, delivered, release, queries } = await oneHangs();
    await deliver.execute();
    await expect.poll(delivered).toBe(3);
    await consume.execute([soldOut(4)]);
    await deliver.execute();
    await expect.poll(delivered).toBe(4);
    expect((await queries.deliveries(erp.key, "pending", null, 10))?.items).toHaveLength(4);
    release();
    await deliver.settled();
  });

  it("would wait for the target that hangs if they were sent in one run (negative control)", async () => {
    const { deliver, consume, delivered, release } = await oneHangs();
    const run = deliver.execute().then(() => deliver.settled());
    await expect.poll(delivered).toBe(3);
    await consume.execute([soldOut(4)]);
    // A worker that awaits each run before the next one.
    const next = run.then(() => deliver.execute());
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(await delivered()).toBe(3);
    release();
    await next;
    await deliver.settled();
    expect(await delivered()).toBe(4);
  });

  it("are sent to again after an error of one of them", async () => {
    const { db, deliver, consume, tick, clock, calls, errors } = await openSender();
    await consume.execute([soldOut(1)]);
    await db.knex.raw(
      "CREATE TRIGGER full BEFORE UPDATE OF delivered_at ON subscription_deliveries BEGIN SELECT RAISE(ABORT, 'no'); END",
    );
    await tick();
    expect(errors).toHaveLength(1);
    await db.knex.raw("DROP TRIGGER full");
    clock.at += 30 * second;
    await tick();
    expect(calls.map(({ at }) => at)).toEqual([0, 30 * second]);
    await deliver.stop();
  });
});

describe("DeliverWebhooks", () => {
  it("sends at most 16 deliveries of a webhook at a time, until none is due", async () => {
    let running = 0;
    let maxRunning = 0;
    const respond = async () => {
      running += 1;
      maxRunning = Math.max(maxRunning, running);
      await new Promise(setImmediate);
      running -= 1;
      return sent(204);
    };
    const { consume, tick, calls, open } = await openSender({ respond });
    await consume.execute(soldOuts(150));
    await tick();
    expect([new Set(calls.map(({ id }) => id)).size, calls.length, maxRunning]).toEqual([150, 150, 16]);
    expect(open.targets).toBe(0);
  });

  it("sends a few deliveries at a time to a target that fails all, and all of them when it works again", async () => {
    const { consume, tick, calls, clock, queries } = await openSender({
      ...downFor(2 * second),
      webhooks: [erp],
      hasSettings: false,
    });
    await consume.execute(soldOuts(150));
    await tick();
    expect(calls).toHaveLength(64);
    clock.at += second;
    await tick();
    expect(calls).toHaveLength(72);
    clock.at += second;
    await tick();
    expect((await queries.deliveries(erp.key, "delivered", null, 200))?.items).toHaveLength(78);
  });

  it("uses a new target and new secrets from the next batch on", async () => {
    const { consume, tick, calls, work } = await openSender({ webhooks: [erp], hasSettings: false });
    await consume.execute([soldOut(1)]);
    const changed = { ...erp, url: "https://new.example/", secrets: [{ secret: "new", until: null }, ...erp.secrets] };
    await work.run((tx) => tx.webhooks.save(changed));
    await tick();
    expect(calls).toMatchObject([{ url: "https://new.example/", secrets: ["new", "secret-of-erp"] }]);
  });

  it("stops after the sends in progress, and gives the rest of its batch back", async () => {
    const released = barrierOf(17);
    const respond = async () => {
      await released();
      return sent(204);
    };
    const { consume, deliver, calls, db } = await openSender({ respond });
    await consume.execute(soldOuts(40));
    await deliver.execute();
    await expect.poll(() => calls.length).toBe(16);
    const stopped = deliver.stop();
    void released();
    await stopped;
    expect(calls).toHaveLength(16);
    const pending = await db.knex("subscription_deliveries").where("state", "pending").select("attempts", "due_at");
    expect(pending).toHaveLength(24);
    expect(pending.filter((row) => row.attempts !== 0 || row.due_at !== noon)).toEqual([]);
  });

  it("leaves the deliveries of the settings where they are while WEBHOOK_URL is not set", async () => {
    const { db, work, tick, calls } = await openSender({ hasSettings: false });
    await work.run((tx) => tx.webhookDeliveries.add([{ key: settingsWebhookKey, event: soldOut(1) }], noon));
    await tick();
    expect([calls.length, await rowsIn(db, "subscription_deliveries")]).toEqual([0, 1]);
    expect(settingsWebhookId).toBe("settings");
  });
});
