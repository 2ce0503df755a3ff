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
import { noon, rowsIn, standingClock } from "../support/drop.js";
import { letterOf, numbersOf, soldOut, soldOuts } from "./webhook-deliveries/announcements.js";

/** Both sides of the deliveries, under one clock. */
type Webhooks = {
  readonly deliveries: WebhookDeliveries;
  readonly work: UnitOfWork;
  readonly clock: ReturnType<typeof standingClock>;
};
const webhooks =
  (make: (right: WebhookDeliveries, db: Database) => WebhookDeliveries, work = workOf) =>
  (db: Database): Webhooks => {
    const clock = standingClock();
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
const parkOne = async (its: Webhooks) => {
  const delivery = await claimOne(its);
  await its.deliveries.park(delivery, letterOf(delivery));
};
const lettersIn = async (db: Database) => (await new SqlDeadLetterQueries(db).list(null, 10))?.items ?? [];

const clauses: Clauses<Webhooks> = {
  "hands out what is due, the longest due first": async (its) => {
    await add(its, [soldOut(3)]);
    its.clock.at += 1;
    await add(its, [soldOut(1), soldOut(2)]);
    await its.work.run((tx) => tx.webhooks.add([soldOut(4)], after(its.clock.now(), 1)));
    expect(await its.deliveries.claim(1)).toEqual([{ event: soldOut(3), attempts: 1, failingSince: null }]);
    expect(numbersOf(await its.deliveries.claim(10))).toEqual([1, 2]);
    await add(its, []);
  },

  "shares the deliveries out among nodes that come at once": async (its) => {
    await add(its, soldOuts(40));
    const shares = await Promise.all(Array.from({ length: 5 }, () => its.deliveries.claim(8)));
    const handedOut = [...shares.flat()];
    // No more than twice as many, from one that never ends.
    for (let more = [...handedOut]; more.length > 0 && handedOut.length < 80; handedOut.push(...more))
      more = [...(await its.deliveries.claim(8))];
    expect(numbersOf(handedOut)).toEqual(soldOuts(40).map((_, index) => index + 1));
  },

  "hands out again what a dead node had claimed": async (its) => {
    await add(its);
    await claimOne(its);
    its.clock.at += 29_999;
    expect(await its.deliveries.claim(1)).toEqual([]);
    its.clock.at += 1;
    expect(await claimOne(its)).toMatchObject({ attempts: 2, failingSince: null });
  },

  "sends no more what was delivered, however often it is heard of": async (its) => {
    await add(its);
    await its.deliveries.markDelivered(await claimOne(its));
    its.clock.at += 3_600_000;
    await add(its, [soldOut(1), soldOut(2)]);
    expect(numbersOf(await its.deliveries.claim(10))).toEqual([2]);
  },

  "hands out again what failed, when it is due": async (its) => {
    await add(its);
    await its.deliveries.retry(await claimOne(its), after(noon, 5000), noon);
    await add(its);
    its.clock.at += 4999;
    expect(await its.deliveries.claim(1)).toEqual([]);
    its.clock.at += 1;
    expect(await claimOne(its)).toMatchObject({ attempts: 2, failingSince: noon });
  },

  "heeds no sender whose claim has lapsed, unless it delivered": async (its, { db }) => {
    await add(its);
    const late = await claimOne(its);
    its.clock.at += 30_000;
    const mine = await claimOne(its);
    await its.deliveries.retry(late, its.clock.now(), noon);
    await its.deliveries.park(late, letterOf(late));
    expect([await its.deliveries.claim(1), await rowsIn(db, "dead_letters")]).toEqual([[], 0]);
    await its.deliveries.markDelivered(late);
    await its.deliveries.retry(mine, its.clock.now(), noon);
    await its.deliveries.park(mine, letterOf(mine));
    expect([await its.deliveries.claim(1), await rowsIn(db, "dead_letters")]).toEqual([[], 0]);
  },

  "parks as a dead letter, which is listed": async (its, { db }) => {
    await add(its);
    await parkOne(its);
    its.clock.at += 86_400_000;
    await add(its);
    expect(await its.deliveries.claim(1)).toEqual([]);
    expect(await lettersIn(db)).toMatchObject([
      {
        group: "webhook",
        type: "schedule.sold-out",
        error: "answered 500",
        attempts: 1,
        event: JSON.stringify(soldOut(1)),
      },
    ]);
  },

  "parks and writes the letter, both or neither": async (its, { db }) => {
    await add(its);
    const delivery = await claimOne(its);
    const unwritable = { ...letterOf(delivery), event: null as unknown as string };
    await expect(its.deliveries.park(delivery, unwritable)).rejects.toThrow();
    its.clock.at += 30_000;
    expect([(await its.deliveries.claim(1)).length, await rowsIn(db, "dead_letters")]).toEqual([1, 0]);
  },

  "begins anew once its letter is replayed, and then only once": async (its, { db }) => {
    await add(its);
    await its.deliveries.retry(await claimOne(its), noon, noon);
    await parkOne(its);
    const replay = async () => {
      await new ReplayDeadLetter(its.work, its.clock).execute((await lettersIn(db))[0]?.id ?? "none");
      await add(its);
    };
    await replay();
    expect(await claimOne(its)).toMatchObject({ attempts: 1, failingSince: null });
    await add(its);
    expect(await its.deliveries.claim(1)).toEqual([]);
    its.clock.at += 30_000;
    await parkOne(its);
    expect((await lettersIn(db)).map(({ attempts }) => attempts)).toEqual([2]);
    await replay();
    await its.deliveries.markDelivered(await claimOne(its));
    await add(its);
    its.clock.at += 86_400_000;
    expect([await its.deliveries.claim(1), await lettersIn(db)]).toEqual([[], []]);
  },
};

/** The right one, but for what is said. */
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

/** A unit of work after which something else happens. */
const andThen =
  (spoil: (db: Database) => Promise<unknown>) =>
  (db: Database): UnitOfWork => ({
    run: async (work) => {
      const answer = await workOf(db).run(work);
      await spoil(db);
      return answer;
    },
  });
const right = but(() => ({}));

contractOnDatabases("WebhookDeliveries", webhooks(right), clauses, [
  {
    wrong: "forgets the lease",
    breaks: "shares the deliveries out among nodes that come at once",
    make: webhooks(
      but((db) => ({
        claim: async (limit) => {
          const rows = await db.knex("webhook_deliveries").whereNotNull("due_at").orderBy("due_at").limit(limit);
          return rows.map(({ payload }) => ({ event: JSON.parse(payload), attempts: 1, failingSince: null }));
        },
      })),
    ),
  },
  {
    wrong: "sends again what was delivered",
    breaks: "sends no more what was delivered, however often it is heard of",
    make: webhooks(
      right,
      andThen((db) => db.knex("webhook_deliveries").update({ due_at: noon })),
    ),
  },
  {
    wrong: "begins anew whenever it hears of what was parked",
    breaks: "parks as a dead letter, which is listed",
    make: webhooks(
      right,
      andThen((db) =>
        db.knex("webhook_deliveries").whereNotNull("parked_at").update({ due_at: noon, parked_at: null }),
      ),
    ),
  },
  {
    wrong: "lets a lapsed sender have its say",
    breaks: "heeds no sender whose claim has lapsed, unless it delivered",
    make: webhooks(but((db) => ({ retry: async ({ event }, dueAt) => rowOf(db, event.id).update({ due_at: dueAt }) }))),
  },
  {
    wrong: "parks first and writes the letter later",
    breaks: "parks and writes the letter, both or neither",
    make: webhooks(
      but((db) => ({
        park: async ({ event }) => {
          await rowOf(db, event.id).update({ due_at: null });
          throw new Error("no letter");
        },
      })),
    ),
  },
]);
