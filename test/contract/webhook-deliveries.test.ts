import { expect } from "vitest";
import type { Database } from "../../src/adapters/sql/database.js";
import { SqlDeadLetterQueries } from "../../src/adapters/sql/sql-dead-letters.js";
import { SqlUnitOfWork } from "../../src/adapters/sql/sql-unit-of-work.js";
import { SqlWebhookDeliveries } from "../../src/adapters/sql/sql-webhook-deliveries.js";
import { SqlWebhookQueries } from "../../src/adapters/sql/sql-webhook-queries.js";
import { deadLetterOf } from "../../src/application/dead-letter/dead-letter-of.js";
import { ReplayDeadLetter } from "../../src/application/dead-letter/replay-dead-letter.js";
import type { UnitOfWork } from "../../src/application/ports/unit-of-work.js";
import type {
  DeliveryOutcome,
  WebhookDeliveries,
  WebhookDelivery,
} from "../../src/application/ports/webhook-deliveries.js";
import type { DeliveryId, WebhookId, WebhookKey } from "../../src/domain/ids.js";
import { after, type EpochMs } from "../../src/domain/time.js";
import { settingsWebhookKey } from "../../src/domain/webhook.js";
import { type Clauses, contractOnDatabases } from "../support/contract-on-databases.js";
import { manualClock, noon, rowsIn } from "../support/coupon-data.js";
import { operator } from "../support/operator.js";
import { addWebhooks, numbersOf, soldOut, soldOuts, webhookOf } from "./webhook-deliveries/announcements.js";

/** The deliveries as the sender, a transaction and an operator see them, with one clock. */
type Webhooks = {
  readonly deliveries: WebhookDeliveries;
  readonly work: UnitOfWork;
  readonly queries: SqlWebhookQueries;
  readonly clock: ReturnType<typeof manualClock>;
};
const workOf = (db: Database): UnitOfWork => new SqlUnitOfWork(db, () => {});
type Make = (right: WebhookDeliveries, db: Database) => WebhookDeliveries;
const webhooksOn =
  (make: Make = (right) => right, work = workOf) =>
  (db: Database): Webhooks => {
    const clock = manualClock();
    const deliveries = make(new SqlWebhookDeliveries(db, clock), db);
    return { deliveries, work: work(db), queries: new SqlWebhookQueries(db), clock };
  };

const erp = webhookOf("erp").key;
const subscribe = ({ work }: Webhooks, ...ids: string[]) => addWebhooks(work, ...ids.map((id) => webhookOf(id)));
const add = ({ work, clock }: Webhooks, events = [soldOut(1)], key = settingsWebhookKey, at: EpochMs = clock.now()) =>
  work.run((tx) =>
    tx.webhookDeliveries.add(
      events.map((event) => ({ key, event })),
      at,
    ),
  );
const claim = async ({ deliveries }: Webhooks, limit = 10, key = settingsWebhookKey) =>
  (await deliveries.claim(key, limit)).deliveries;
const claimOne = async (webhooks: Webhooks, key = settingsWebhookKey): Promise<WebhookDelivery> => {
  const [delivery] = await claim(webhooks, 1, key);
  if (delivery === undefined) throw new Error("nothing is due");
  return delivery;
};
const delivered = (delivery: WebhookDelivery): DeliveryOutcome => ({ kind: "delivered", delivery, status: 204 });
const retried = (delivery: WebhookDelivery, dueAt: EpochMs): DeliveryOutcome => ({
  ...{ kind: "retry", delivery, status: 500, error: "status 500", dueAt, failingSince: noon },
});
const failed = (delivery: WebhookDelivery): DeliveryOutcome => ({
  ...{ kind: "failed", delivery, status: 500, error: "status 500" },
  letter: deadLetterOf("webhook", delivery.event, "status 500", delivery.attempts),
});
const parkOne = async (webhooks: Webhooks) => webhooks.deliveries.record([failed(await claimOne(webhooks))]);
const lettersIn = async (db: Database) => (await new SqlDeadLetterQueries(db).list(null, 10))?.items ?? [];
const restartReplayed = ({ work, clock }: Webhooks) =>
  work.run((tx) => tx.webhookDeliveries.restartReplayed([soldOut(1)], clock.now()));

const clauses: Clauses<Webhooks> = {
  "returns the deliveries that are due, longest overdue first": async (webhooks) => {
    await add(webhooks, [soldOut(3)]);
    webhooks.clock.at += 1;
    await add(webhooks, [soldOut(1), soldOut(2)]);
    await add(webhooks, [soldOut(4)], settingsWebhookKey, after(webhooks.clock.now(), 1));
    expect(await claim(webhooks, 1)).toMatchObject([{ event: soldOut(3), attempts: 1, failingSince: null }]);
    expect(numbersOf(await claim(webhooks))).toEqual([1, 2]);
    await add(webhooks, []);
  },

  "names the webhooks with due deliveries, and claims those of one webhook with its target": async (webhooks) => {
    await subscribe(webhooks, "erp", "crm", "idle");
    await add(webhooks, [soldOut(1), soldOut(2)], erp);
    await add(webhooks, [soldOut(2)], webhookOf("crm").key);
    await add(webhooks, [soldOut(3)]);
    await add(webhooks, [soldOut(4)], webhookOf("idle").key, after(noon, 1));
    expect([...(await webhooks.deliveries.due())].sort()).toEqual(["key-of-crm", "key-of-erp", "settings"]);
    const { endpoint, deliveries } = await webhooks.deliveries.claim(erp, 10);
    const { url, retryingSince } = webhookOf("erp");
    expect(endpoint).toEqual({ webhookId: "erp", url, secrets: ["secret-of-erp"], retryingSince });
    expect(numbersOf(deliveries)).toEqual([1, 2]);
    expect((await webhooks.deliveries.claim(settingsWebhookKey, 10)).endpoint).toBeNull();
  },

  "returns nothing of a webhook that is disabled or deleted, until it is enabled": async (webhooks) => {
    await subscribe(webhooks, "erp", "crm");
    const crm = webhookOf("crm").key;
    for (const key of [erp, crm]) await add(webhooks, [soldOut(1)], key);
    await webhooks.work.run(async (tx) => {
      await tx.webhooks.save(webhookOf("erp", { enabled: false }));
      await tx.webhooks.delete(crm, noon);
    });
    expect(await webhooks.deliveries.due()).toEqual([]);
    expect([await claim(webhooks, 10, erp), await claim(webhooks, 10, crm)]).toEqual([[], []]);
    await webhooks.work.run((tx) => tx.webhooks.save(webhookOf("erp")));
    expect(numbersOf(await claim(webhooks, 10, erp))).toEqual([1]);
  },

  "signs with both secrets until the replaced one has ended": async (webhooks) => {
    const secrets = [
      { secret: "new", until: null },
      { secret: "old", until: after(noon, 30_000) },
    ];
    await addWebhooks(webhooks.work, webhookOf("erp", { secrets }));
    const secretsNow = async () => (await webhooks.deliveries.claim(erp, 1)).endpoint?.secrets;
    expect(await secretsNow()).toEqual(["new", "old"]);
    webhooks.clock.at += 30_000;
    expect(await secretsNow()).toEqual(["new"]);
  },

  "returns each delivery to one of several nodes that claim at the same time": async (webhooks) => {
    await add(webhooks, soldOuts(40));
    const shares = await Promise.all(Array.from({ length: 5 }, () => claim(webhooks, 8)));
    const claimed = [...shares.flat()];
    // A wrong implementation may return deliveries forever: at most twice as many are read.
    for (let more = [...claimed]; more.length > 0 && claimed.length < 80; claimed.push(...more))
      more = [...(await claim(webhooks, 8))];
    expect(numbersOf(claimed)).toEqual(soldOuts(40).map((_, index) => index + 1));
  },

  // Proves: A6
  "returns a delivery again when the claim of a dead node has expired": async (webhooks) => {
    await add(webhooks);
    await claimOne(webhooks);
    webhooks.clock.at += 29_999;
    expect(await claim(webhooks)).toEqual([]);
    webhooks.clock.at += 1;
    expect(await claimOne(webhooks)).toMatchObject({ attempts: 2, failingSince: null });
  },

  "adds one delivery per webhook and event, also when two workers add it at the same time": async (
    webhooks,
    { db },
  ) => {
    await Promise.all([add(webhooks, soldOuts(20)), add(webhooks, soldOuts(20)), add(webhooks, soldOuts(20), erp)]);
    expect(await rowsIn(db, "subscription_deliveries")).toBe(40);
    await webhooks.deliveries.record((await claim(webhooks, 20)).map(delivered));
    webhooks.clock.at += 3_600_000;
    await add(webhooks, soldOuts(21));
    expect(numbersOf(await claim(webhooks))).toEqual([21]);
  },

  "returns a failed delivery again when it is due, and shows its last failure": async (webhooks) => {
    await add(webhooks);
    await webhooks.deliveries.record([retried(await claimOne(webhooks), after(noon, 5000))]);
    await add(webhooks);
    webhooks.clock.at += 4999;
    expect(await claim(webhooks)).toEqual([]);
    expect((await webhooks.queries.deliveries(settingsWebhookKey, "pending", null, 10))?.items).toMatchObject([
      { attempts: 1, lastStatus: 500, lastError: "status 500", nextAt: after(noon, 5000), type: "schedule.sold-out" },
    ]);
    webhooks.clock.at += 1;
    expect(await claimOne(webhooks)).toMatchObject({ attempts: 2, failingSince: noon });
  },

  "gives back a delivery that was not sent": async (webhooks) => {
    await add(webhooks);
    await webhooks.deliveries.record([{ kind: "unsent", delivery: await claimOne(webhooks) }]);
    expect(await claimOne(webhooks)).toMatchObject({ attempts: 1, failingSince: null });
  },

  "ignores a sender whose claim has expired, unless it has delivered": async (webhooks, { db }) => {
    await add(webhooks);
    const expired = await claimOne(webhooks);
    webhooks.clock.at += 30_000;
    const current = await claimOne(webhooks);
    await webhooks.deliveries.record([retried(expired, webhooks.clock.now())]);
    await webhooks.deliveries.record([failed(expired)]);
    expect([await claim(webhooks), await rowsIn(db, "dead_letters")]).toEqual([[], 0]);
    await webhooks.deliveries.record([delivered(expired)]);
    await webhooks.deliveries.record([retried(current, webhooks.clock.now())]);
    await webhooks.deliveries.record([failed(current)]);
    expect([await claim(webhooks), await rowsIn(db, "dead_letters")]).toEqual([[], 0]);
  },

  "parks a failed delivery of the settings as a dead letter that is listed": async (webhooks, { db }) => {
    await add(webhooks);
    await parkOne(webhooks);
    webhooks.clock.at += 86_400_000;
    await add(webhooks);
    await restartReplayed(webhooks);
    expect(await claim(webhooks)).toEqual([]);
    const event = JSON.stringify(soldOut(1));
    const letter = { group: "webhook", type: "schedule.sold-out", error: "status 500", attempts: 1, event };
    expect(await lettersIn(db)).toMatchObject([letter]);
  },

  "parks a delivery only together with its letter": async (webhooks, { db }) => {
    await add(webhooks);
    const outcome = failed(await claimOne(webhooks));
    const event = null as unknown as string;
    const unwritable = {
      ...outcome,
      letter: { ...deadLetterOf("webhook", soldOut(1), "", 1), event },
    } as DeliveryOutcome;
    await expect(webhooks.deliveries.record([unwritable])).rejects.toThrow();
    webhooks.clock.at += 30_000;
    expect([(await claim(webhooks)).length, await rowsIn(db, "dead_letters")]).toEqual([1, 0]);
  },

  "starts a parked delivery over once when its letter is replayed": async (webhooks, { db }) => {
    await add(webhooks);
    await webhooks.deliveries.record([retried(await claimOne(webhooks), noon)]);
    await parkOne(webhooks);
    const replay = async () => {
      await new ReplayDeadLetter(webhooks.work, webhooks.clock).execute(
        (await lettersIn(db))[0]?.id ?? "none",
        operator,
      );
      await restartReplayed(webhooks);
    };
    await replay();
    expect(await claimOne(webhooks)).toMatchObject({ attempts: 1, failingSince: null });
    await restartReplayed(webhooks);
    expect(await claim(webhooks)).toEqual([]);
    webhooks.clock.at += 30_000;
    await parkOne(webhooks);
    expect((await lettersIn(db)).map(({ attempts }) => attempts)).toEqual([2]);
    await replay();
    await webhooks.deliveries.record([delivered(await claimOne(webhooks))]);
    await restartReplayed(webhooks);
    webhooks.clock.at += 86_400_000;
    expect([await claim(webhooks), await lettersIn(db)]).toEqual([[], []]);
  },

  "replays a delivery of the named webhook only: a pending one now, an ended one from its start": async (
    webhooks,
    { db },
  ) => {
    await add(webhooks, [soldOut(1)], settingsWebhookKey, after(noon, 60_000));
    await add(webhooks, [soldOut(2)]);
    const [pending, other] = (await webhooks.queries.deliveries(settingsWebhookKey, null, null, 10))?.items ?? [];
    if (pending === undefined || other === undefined) return expect.unreachable();
    const replay = (id: string, key: WebhookKey = settingsWebhookKey) =>
      webhooks.work.run((tx) => tx.webhookDeliveries.replay(key, id as DeliveryId, webhooks.clock.now()));
    for (const unknown of ["0", "1e0", "x", "99999999"]) expect(await replay(unknown)).toBe(false);
    expect(await replay(pending.deliveryId, erp)).toBe(false);

    await parkOne(webhooks);
    expect([await replay(pending.deliveryId), await replay(other.deliveryId)]).toEqual([true, true]);
    const claimed = await claim(webhooks);
    expect(claimed).toMatchObject([{ attempts: 1 }, { attempts: 1, failingSince: null }]);
    expect(await lettersIn(db)).toEqual([]);
    await webhooks.deliveries.record(claimed.map(delivered));
    expect((await webhooks.queries.findDelivery(settingsWebhookKey, other.deliveryId))?.state).toBe("delivered");
    await replay(other.deliveryId);
    expect(numbersOf(await claim(webhooks))).toEqual([2]);
  },

  "counts what waits and what has failed per webhook": async (webhooks) => {
    await subscribe(webhooks, "erp", "crm");
    expect(await webhooks.queries.counts()).toMatchObject([{ pending: 0, oldestPendingAt: null }, { failed: 0 }]);
    await add(webhooks, soldOuts(3), erp);
    webhooks.clock.at += 1;
    await add(webhooks, soldOuts(2));
    await parkOne(webhooks);
    const counts = new Map((await webhooks.queries.counts()).map((counted) => [counted.webhookId, counted]));
    expect(counts.get("erp" as WebhookId)).toMatchObject({
      pending: 3,
      failed: 0,
      oldestPendingAt: noon,
      enabled: true,
    });
    expect(counts.get("crm" as WebhookId)).toMatchObject({ pending: 0, failed: 0 });
    expect(counts.get("settings" as WebhookId)).toMatchObject({ pending: 1, failed: 1, oldestPendingAt: noon + 1 });
  },

  "adopts the deliveries of version 0.1 once, in any state": async (webhooks, { db }) => {
    const old = (n: number, facts: object) => ({
      ...{ event_id: soldOut(n).id, payload: JSON.stringify(soldOut(n)), attempts: n, due_at: null },
      ...{ failing_since: null, delivered_at: null, parked_at: null, ...facts },
    });
    await db
      .knex("webhook_deliveries")
      .insert([
        old(1, { due_at: noon, failing_since: noon }),
        old(2, { delivered_at: noon }),
        old(3, { parked_at: noon }),
      ]);
    await add(webhooks, [soldOut(2)]);
    await Promise.all([webhooks.deliveries.adoptOld(), webhooks.deliveries.adoptOld()]);
    await webhooks.deliveries.adoptOld();
    const items = (await webhooks.queries.deliveries(settingsWebhookKey, null, null, 10))?.items ?? [];
    // The delivery of a newer worker is kept.
    const stateOf = (n: number) => items.find(({ eventId }) => eventId === soldOut(n).id)?.state;
    expect([stateOf(1), stateOf(2), stateOf(3), items.length]).toEqual(["pending", "pending", "failed", 3]);
    expect(await rowsIn(db, "webhook_deliveries")).toBe(0);
    expect(await claim(webhooks)).toContainEqual(expect.objectContaining({ attempts: 2, failingSince: noon }));
  },
};

/** The correct implementation with some methods replaced. */
const but =
  (wrong: (db: Database, right: WebhookDeliveries) => Partial<WebhookDeliveries>): Make =>
  (right, db) => ({
    due: () => right.due(),
    claim: (key, limit) => right.claim(key, limit),
    record: (outcomes) => right.record(outcomes),
    adoptOld: () => right.adoptOld(),
    ...wrong(db, right),
  });
const rows = (db: Database) => db.knex("subscription_deliveries");

/** A unit of work that is followed by a wrong change. */
const followedBy =
  (change: (db: Database) => Promise<unknown>) =>
  (db: Database): UnitOfWork => ({
    run: async (work) => {
      const result = await workOf(db).run(work);
      await change(db);
      return result;
    },
  });

contractOnDatabases("WebhookDeliveries", webhooksOn(), clauses, [
  {
    wrong: "does not claim",
    breaks: "returns each delivery to one of several nodes that claim at the same time",
    make: webhooksOn(
      but((db) => ({
        claim: async (_, limit) => {
          const due = await rows(db).whereNotNull("due_at").orderBy("due_at").limit(limit);
          const facts = { attempts: 1, failingSince: null, claimedUntil: noon };
          const deliveries = due.map((row) => ({
            deliveryId: row.delivery_id,
            event: JSON.parse(row.payload),
            ...facts,
          }));
          return { endpoint: null, deliveries };
        },
      })),
    ),
  },
  {
    wrong: "returns the deliveries of another webhook",
    breaks: "names the webhooks with due deliveries, and claims those of one webhook with its target",
    make: webhooksOn(
      but((db, right) => ({
        claim: async (key, limit) => {
          await rows(db).update({ webhook_key: settingsWebhookKey });
          return right.claim(key, limit);
        },
      })),
    ),
  },
  {
    wrong: "sends to a webhook that is disabled",
    breaks: "returns nothing of a webhook that is disabled or deleted, until it is enabled",
    make: webhooksOn(but((db) => ({ due: () => db.knex("webhooks").pluck("webhook_key") }))),
  },
  {
    wrong: "has no unique key of webhook and event",
    breaks: "adds one delivery per webhook and event, also when two workers add it at the same time",
    make: webhooksOn(),
    spoil: (db) =>
      db.knex.schema.alterTable("subscription_deliveries", (table) =>
        table.dropUnique(["webhook_key", "event_id"], "subscription_deliveries_once"),
      ),
  },
  {
    wrong: "starts a parked delivery over without a replay",
    breaks: "parks a failed delivery of the settings as a dead letter that is listed",
    make: webhooksOn(
      undefined,
      followedBy((db) => rows(db).where("state", "failed").update({ due_at: noon, state: "pending" })),
    ),
  },
  {
    wrong: "lets a sender with an expired claim change the delivery",
    breaks: "ignores a sender whose claim has expired, unless it has delivered",
    make: webhooksOn(
      but((db, right) => ({
        record: async (outcomes) => {
          for (const outcome of outcomes)
            if (outcome.kind === "retry")
              await rows(db).where("delivery_id", outcome.delivery.deliveryId).update({ due_at: outcome.dueAt });
            else await right.record([outcome]);
        },
      })),
    ),
  },
  {
    wrong: "parks without a transaction around the letter",
    breaks: "parks a delivery only together with its letter",
    make: webhooksOn(
      but((db) => ({
        record: async () => {
          await rows(db).update({ due_at: null });
          throw new Error("no letter");
        },
      })),
    ),
  },
]);
