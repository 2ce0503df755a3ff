import { onTestFinished } from "vitest";
import { closeDatabase, openDatabase } from "../../../src/adapters/sql/database.js";
import { SqlUnitOfWork } from "../../../src/adapters/sql/sql-unit-of-work.js";
import { SqlWebhookDeliveries } from "../../../src/adapters/sql/sql-webhook-deliveries.js";
import { SqlWebhookQueries } from "../../../src/adapters/sql/sql-webhook-queries.js";
import type { FailedSend } from "../../../src/application/ports/report-failed-send.js";
import type { Sent, WebhookEndpoint } from "../../../src/application/ports/webhook-targets.js";
import { AddWebhookDeliveries } from "../../../src/application/webhook/add-webhook-deliveries.js";
import { DeliverToWebhook, webhookBackoff } from "../../../src/application/webhook/deliver-to-webhook.js";
import { DeliverWebhooks } from "../../../src/application/webhook/deliver-webhooks.js";
import type { DomainEvent, EventId } from "../../../src/domain/event.js";
import type { Webhook } from "../../../src/domain/webhook.js";
import { addWebhooks } from "../../contract/webhook-deliveries/announcements.js";
import { manualClock, noon } from "../../support/coupon-data.js";
import { migrateForTest } from "../../support/migrated-database.js";

export const second = 1000;
export const hour = 3600 * second;
export const day = 24 * hour;
export const settingsUrl = "https://settings.example/hooks";
export const sent = (status: number): Sent =>
  status < 300 ? { delivered: true, status } : { delivered: false, status, reason: `status ${status}` };

/** A request that a target received: where, what, and when (ms after noon). */
export type Call = {
  readonly url: string;
  readonly secrets: readonly string[];
  readonly id: EventId;
  readonly at: number;
};

type Options = {
  readonly webhooks?: readonly Webhook[];
  readonly random?: () => number;
  readonly respond?: (call: Call, event: DomainEvent) => Sent | Promise<Sent>;
  readonly hasSettings?: boolean;
};

/** The use cases of webhooks on a database in memory, with targets that respond as the test says and a manual clock. */
export const openSender = async ({
  webhooks = [],
  random = () => 1,
  respond = () => sent(204),
  hasSettings = true,
}: Options = {}) => {
  const db = openDatabase({ kind: "sqlite", file: ":memory:" });
  onTestFinished(() => closeDatabase(db));
  await migrateForTest(db);
  const clock = manualClock();
  const work = new SqlUnitOfWork(db, () => {});
  const queries = new SqlWebhookQueries(db);
  await addWebhooks(work, ...webhooks);
  const calls: Call[] = [];
  const open = { targets: 0 };
  const failures: FailedSend[] = [];
  const errors: Error[] = [];
  const settings: WebhookEndpoint | null = hasSettings ? { url: settingsUrl, secrets: ["settings-secret"] } : null;
  const report = (failure: FailedSend | Error) =>
    void (failure instanceof Error ? errors : failures).push(failure as never);
  const targets = {
    open: ({ url, secrets }: WebhookEndpoint) => {
      open.targets += 1;
      const send = async (event: DomainEvent) => {
        const call = { url, secrets, id: event.id, at: clock.at - noon };
        calls.push(call);
        return respond(call, event);
      };
      const close = () => {
        open.targets -= 1;
      };
      return { send, close };
    },
  };
  const deliveries = new SqlWebhookDeliveries(db, clock);
  const toWebhook = new DeliverToWebhook({ deliveries, targets, report }, settings, webhookBackoff(random), clock);
  const deliver = new DeliverWebhooks(deliveries, toWebhook, settings, report);
  const consume = new AddWebhookDeliveries(work, queries, clock, settings);
  /** Sends what is due now. */
  const tick = async () => {
    await deliver.execute();
    await deliver.settled();
  };
  const nextDueAt = async (): Promise<number | null> =>
    (await db.knex("subscription_deliveries").min({ dueAt: "due_at" }).first())?.dueAt ?? null;
  /** Runs the job every second, as a worker does, and skips the seconds in which nothing is due. */
  const runUntilQuiet = async () => {
    for (let dueAt = await nextDueAt(); dueAt !== null; dueAt = await nextDueAt()) {
      if (dueAt > clock.at) clock.at += Math.ceil((dueAt - clock.at) / second) * second;
      await tick();
    }
  };
  return { db, clock, work, queries, calls, open, failures, errors, deliver, consume, tick, runUntilQuiet };
};
