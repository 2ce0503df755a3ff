import { expect } from "vitest";
import type { Database } from "../../src/adapters/sql/database.js";
import { SqlDeadLetterQueries } from "../../src/adapters/sql/sql-dead-letters.js";
import { SqlUnitOfWork } from "../../src/adapters/sql/sql-unit-of-work.js";
import { SqlWebhookDeliveries } from "../../src/adapters/sql/sql-webhook-deliveries.js";
import { ReplayDeadLetter } from "../../src/application/dead-letter/replay-dead-letter.js";
import type { UnitOfWork } from "../../src/application/ports/unit-of-work.js";
import type { WebhookDeliveries, WebhookDelivery } from "../../src/application/ports/webhook-deliveries.js";
import type { EventId } from "../../src/domain/event.js";
import { after } from "../../src/domain/time.js";
import { type Clauses, contractOnDatabases } from "../support/contract-on-databases.js";
import { manualClock, noon, rowsIn } from "../support/coupon-data.js";
import { operator } from "../support/operator.js";
import { letterOf, numbersOf, soldOut, soldOuts } from "./webhook-deliveries/announcements.js";

/** The deliveries as the sender and as a transaction see them, with one clock. */
type Webhooks = {
  readonly deliveries: WebhookDeliveries;
  readonly work: UnitOfWork;
  readonly clock: ReturnType<typeof manualClock>;
};
const webhooksOn =
  (make: (right: WebhookDeliveries, db: Database) => WebhookDeliveries, work = workOf) =>
  (db: Database): Webhooks => {
    const clock = manualClock();
    return { deliveries: make(new SqlWebhookDeliveries(db, clock), db), work: work(db), clock };
  };
const workOf = (db: Database): UnitOfWork => new SqlUnitOfWork(db, () => {});

const add = ({ work, clock }: Webhooks, events = [soldOut(1)]) =>
  work.run((tx) => tx.webhooks.add(events, clock.now()));
const claimOne = async ({ deliveries }: Webhooks): Promise<WebhookDelivery> => {
  const [delivery] = await deliveries.claim(1);
  if (delivery === undefined) throw new Error("nothing is due");
  return delivery;
};
const parkOne = async (webhooks: Webhooks) => {
  const delivery = await claimOne(webhooks);
  await webhooks.deliveries.park(delivery, letterOf(delivery));
};
const lettersIn = async (db: Database) => (await new SqlDeadLetterQueries(db).list(null, 10))?.items ?? [];

const clauses: Clauses<Webhooks> = {
  "returns the deliveries that are due, longest overdue first": async (webhooks) => {
    await add(webhooks, [soldOut(3)]);
    webhooks.clock.at += 1;
    await add(webhooks, [soldOut(1), soldOut(2)]);
    await webhooks.work.run((tx) => tx.webhooks.add([soldOut(4)], after(webhooks.clock.now(), 1)));
    expect(await webhooks.deliveries.claim(1)).toEqual([{ event: soldOut(3), attempts: 1, failingSince: null }]);
    expect(numbersOf(await webhooks.deliveries.claim(10))).toEqual([1, 2]);
    await add(webhooks, []);
  },

  "returns each delivery to one of several nodes that claim at the same time": async (webhooks) => {
    await add(webhooks, soldOuts(40));
    const shares = await Promise.all(Array.from({ length: 5 }, () => webhooks.deliveries.claim(8)));
    const claimed = [...shares.flat()];
    // A wrong implementation may return deliveries forever: at most twice as many are read.
    for (let more = [...claimed]; more.length > 0 && claimed.length < 80; claimed.push(...more))
      more = [...(await webhooks.deliveries.claim(8))];
    expect(numbersOf(claimed)).toEqual(soldOuts(40).map((_, index) => index + 1));
  },

  "returns a delivery again when the claim of a dead node has expired": async (webhooks) => {
    await add(webhooks);
    await claimOne(webhooks);
    webhooks.clock.at += 29_999;
    expect(await webhooks.deliveries.claim(1)).toEqual([]);
    webhooks.clock.at += 1;
    expect(await claimOne(webhooks)).toMatchObject({ attempts: 2, failingSince: null });
  },

  "never returns a delivered webhook again, even if webhooks event is added again": async (webhooks) => {
    await add(webhooks);
    await webhooks.deliveries.markDelivered(await claimOne(webhooks));
    webhooks.clock.at += 3_600_000;
    await add(webhooks, [soldOut(1), soldOut(2)]);
    expect(numbersOf(await webhooks.deliveries.claim(10))).toEqual([2]);
  },

  "returns a failed delivery again when it is due": async (webhooks) => {
    await add(webhooks);
    await webhooks.deliveries.retry(await claimOne(webhooks), after(noon, 5000), noon);
    await add(webhooks);
    webhooks.clock.at += 4999;
    expect(await webhooks.deliveries.claim(1)).toEqual([]);
    webhooks.clock.at += 1;
    expect(await claimOne(webhooks)).toMatchObject({ attempts: 2, failingSince: noon });
  },

  "ignores a sender whose claim has expired, unless it has delivered": async (webhooks, { db }) => {
    await add(webhooks);
    const expired = await claimOne(webhooks);
    webhooks.clock.at += 30_000;
    const current = await claimOne(webhooks);
    await webhooks.deliveries.retry(expired, webhooks.clock.now(), noon);
    await webhooks.deliveries.park(expired, letterOf(expired));
    expect([await webhooks.deliveries.claim(1), await rowsIn(db, "dead_letters")]).toEqual([[], 0]);
    await webhooks.deliveries.markDelivered(expired);
    await webhooks.deliveries.retry(current, webhooks.clock.now(), noon);
    await webhooks.deliveries.park(current, letterOf(current));
    expect([await webhooks.deliveries.claim(1), await rowsIn(db, "dead_letters")]).toEqual([[], 0]);
  },

  "parks a delivery as a dead letter that is listed": async (webhooks, { db }) => {
    await add(webhooks);
    await parkOne(webhooks);
    webhooks.clock.at += 86_400_000;
    await add(webhooks);
    expect(await webhooks.deliveries.claim(1)).toEqual([]);
    expect(await lettersIn(db)).toMatchObject([
      {
        group: "webhook",
        type: "schedule.sold-out",
        error: "status 500",
        attempts: 1,
        event: JSON.stringify(soldOut(1)),
      },
    ]);
  },

  "parks a delivery only together with webhooks letter": async (webhooks, { db }) => {
    await add(webhooks);
    const delivery = await claimOne(webhooks);
    const unwritable = { ...letterOf(delivery), event: null as unknown as string };
    await expect(webhooks.deliveries.park(delivery, unwritable)).rejects.toThrow();
    webhooks.clock.at += 30_000;
    expect([(await webhooks.deliveries.claim(1)).length, await rowsIn(db, "dead_letters")]).toEqual([1, 0]);
  },

  "starts a parked delivery over once when webhooks letter is replayed": async (webhooks, { db }) => {
    await add(webhooks);
    await webhooks.deliveries.retry(await claimOne(webhooks), noon, noon);
    await parkOne(webhooks);
    const replay = async () => {
      await new ReplayDeadLetter(webhooks.work, webhooks.clock).execute(
        (await lettersIn(db))[0]?.id ?? "none",
        operator,
      );
      await add(webhooks);
    };
    await replay();
    expect(await claimOne(webhooks)).toMatchObject({ attempts: 1, failingSince: null });
    await add(webhooks);
    expect(await webhooks.deliveries.claim(1)).toEqual([]);
    webhooks.clock.at += 30_000;
    await parkOne(webhooks);
    expect((await lettersIn(db)).map(({ attempts }) => attempts)).toEqual([2]);
    await replay();
    await webhooks.deliveries.markDelivered(await claimOne(webhooks));
    await add(webhooks);
    webhooks.clock.at += 86_400_000;
    expect([await webhooks.deliveries.claim(1), await lettersIn(db)]).toEqual([[], []]);
  },
};

/** The correct implementation with some methods replaced. */
const but =
  (wrong: (db: Database, right: WebhookDeliveries) => Partial<WebhookDeliveries>) =>
  (right: WebhookDeliveries, db: Database): WebhookDeliveries => ({
    claim: (limit) => right.claim(limit),
    markDelivered: (delivery) => right.markDelivered(delivery),
    retry: (delivery, dueAt, since) => right.retry(delivery, dueAt, since),
    park: (delivery, letter) => right.park(delivery, letter),
    ...wrong(db, right),
  });
const rowOf = (db: Database, id: EventId) => db.knex("webhook_deliveries").where({ event_id: id });

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
const right = but(() => ({}));

contractOnDatabases("WebhookDeliveries", webhooksOn(right), clauses, [
  {
    wrong: "does not claim",
    breaks: "returns each delivery to one of several nodes that claim at the same time",
    make: webhooksOn(
      but((db) => ({
        claim: async (limit) => {
          const rows = await db.knex("webhook_deliveries").whereNotNull("due_at").orderBy("due_at").limit(limit);
          return rows.map(({ payload }) => ({ event: JSON.parse(payload), attempts: 1, failingSince: null }));
        },
      })),
    ),
  },
  {
    wrong: "makes a delivered webhook due again",
    breaks: "never returns a delivered webhook again, even if webhooks event is added again",
    make: webhooksOn(
      right,
      followedBy((db) => db.knex("webhook_deliveries").update({ due_at: noon })),
    ),
  },
  {
    wrong: "starts a parked delivery over without a replay",
    breaks: "parks a delivery as a dead letter that is listed",
    make: webhooksOn(
      right,
      followedBy((db) =>
        db.knex("webhook_deliveries").whereNotNull("parked_at").update({ due_at: noon, parked_at: null }),
      ),
    ),
  },
  {
    wrong: "lets a sender with an expired claim change the delivery",
    breaks: "ignores a sender whose claim has expired, unless it has delivered",
    make: webhooksOn(
      but((db) => ({ retry: async ({ event }, dueAt) => rowOf(db, event.id).update({ due_at: dueAt }) })),
    ),
  },
  {
    wrong: "parks without a transaction around the letter",
    breaks: "parks a delivery only together with webhooks letter",
    make: webhooksOn(
      but((db) => ({
        park: async ({ event }) => {
          await rowOf(db, event.id).update({ due_at: null });
          throw new Error("no letter");
        },
      })),
    ),
  },
]);
