import { expect } from "vitest";
import type { Database } from "../../src/adapters/sql/database.js";
import { SqlUnitOfWork } from "../../src/adapters/sql/sql-unit-of-work.js";
import { SqlWebhookQueries } from "../../src/adapters/sql/sql-webhook-queries.js";
import type { UnitOfWork } from "../../src/application/ports/unit-of-work.js";
import type { WebhookTable } from "../../src/application/ports/webhook-table.js";
import type { WebhookId, WebhookKey } from "../../src/domain/ids.js";
import { after } from "../../src/domain/time.js";
import { type Clauses, contractOnDatabases } from "../support/contract-on-databases.js";
import { barrierOf, noon } from "../support/coupon-data.js";
import { addWebhooks, soldOut, webhookOf } from "./webhook-deliveries/announcements.js";

type Webhooks = { readonly work: UnitOfWork; readonly queries: SqlWebhookQueries };
type Replace = (right: WebhookTable) => Partial<WebhookTable>;

/** Subscriptions whose table has some methods replaced. */
const webhooksOn =
  (replace: Replace = () => ({})) =>
  (db: Database): Webhooks => ({
    queries: new SqlWebhookQueries(db),
    work: {
      run: (work) =>
        new SqlUnitOfWork(db, () => {}).run((tx) => {
          const right = tx.webhooks;
          const table: WebhookTable = {
            add: (webhook, digest) => right.add(webhook, digest),
            requestDigest: (id) => right.requestDigest(id),
            lock: (id) => right.lock(id),
            lockEnabled: (key) => right.lockEnabled(key),
            save: (webhook) => right.save(webhook),
            delete: (key, at) => right.delete(key, at),
            ...replace(right),
          };
          return work({ ...tx, webhooks: table });
        }),
    },
  });

const id = (text: string) => text as WebhookId;
const idsOf = (webhooks: readonly { readonly webhookId: WebhookId }[] = []) =>
  webhooks.map(({ webhookId }) => webhookId);

const clauses: Clauses<Webhooks> = {
  "stores a webhook as it was added, once per id": async ({ work, queries }) => {
    const webhook = webhookOf("erp", { events: ["order.confirmed", "coupon.failed"] });
    await addWebhooks(work, webhook);
    expect(await work.run((tx) => tx.webhooks.add({ ...webhook, key: "other" as WebhookKey, url: "x" }, "d2"))).toBe(
      false,
    );
    expect(await queries.find(id("erp"))).toEqual(webhook);
    expect(await work.run((tx) => tx.webhooks.lock(id("erp")))).toEqual(webhook);
    expect(await work.run((tx) => tx.webhooks.requestDigest(id("erp")))).toBe("digest of erp");
    expect(await queries.find(id("ERP"))).toBeUndefined();
  },

  "changes everything that may change": async ({ work, queries }) => {
    await addWebhooks(work, webhookOf("erp"), webhookOf("crm"));
    const changed = webhookOf("erp", {
      ...{ url: "http://other.example", events: ["coupon.issued"], enabled: false, retryingSince: noon },
      secrets: [
        { secret: "new", until: null },
        { secret: "old", until: noon },
      ],
    });
    await work.run((tx) => tx.webhooks.save(changed));
    expect(await queries.find(id("erp"))).toEqual(changed);
    expect(await queries.find(id("crm"))).toEqual(webhookOf("crm"));
  },

  "lists webhooks page by page, oldest first, and the enabled ones": async ({ work, queries }) => {
    const created = (name: string, n: number, enabled = true) =>
      webhookOf(name, { createdAt: after(noon, n), enabled });
    await addWebhooks(work, created("c", 1), created("b", 2, false), created("a", 2), created("d", 3));
    const first = await queries.list(null, 3);
    expect(idsOf(first?.items)).toEqual(["c", "a", "b"]);
    expect(idsOf((await queries.list(first?.next ?? null, 3))?.items)).toEqual(["d"]);
    expect(await queries.list("no-cursor", 3)).toBeUndefined();
    expect(idsOf(await queries.enabled()).sort()).toEqual(["a", "c", "d"]);
    const lockEnabled = (name: string) => work.run((tx) => tx.webhooks.lockEnabled(webhookOf(name).key));
    expect([(await lockEnabled("a"))?.webhookId, await lockEnabled("b")]).toEqual(["a", undefined]);
  },

  "forgets a deleted webhook, whose id may be used again without its deliveries": async ({ work, queries }, { db }) => {
    await addWebhooks(work, webhookOf("erp"));
    const { key } = webhookOf("erp");
    await work.run((tx) => tx.webhookDeliveries.add([{ key, event: soldOut(1) }], noon));
    await work.run((tx) => tx.webhooks.delete(key, noon));
    expect([await queries.find(id("erp")), await queries.list(null, 10), await queries.enabled()]).toEqual([
      undefined,
      { items: [], next: null },
      [],
    ]);
    expect(await work.run((tx) => tx.webhooks.lock(id("erp")))).toBeUndefined();
    expect(JSON.stringify(await db.knex("webhooks"))).not.toContain("secret-of-erp");
    const again = webhookOf("erp", { key: "another" as WebhookKey });
    await addWebhooks(work, again);
    expect((await queries.deliveries(again.key, null, null, 10))?.items).toEqual([]);
  },

  "lets no webhook be deleted between a consumer's reading and its commit": async ({ work, queries }) => {
    await addWebhooks(work, webhookOf("erp"));
    const { key } = webhookOf("erp");
    const [hasRead, mayCommit] = [barrierOf(2), barrierOf(2)];
    let order = "";
    const consumer = work.run(async (tx) => {
      const webhook = await tx.webhooks.lockEnabled(key);
      void hasRead();
      await mayCommit();
      if (webhook !== undefined) await tx.webhookDeliveries.add([{ key: webhook.key, event: soldOut(1) }], noon);
      order += "added ";
    });
    await hasRead();
    const operator = work.run(async (tx) => {
      await tx.webhooks.lock(id("erp"));
      await tx.webhooks.delete(key, noon);
      order += "deleted ";
    });
    // Without the lock the operator's transaction ends first.
    setTimeout(mayCommit, 150);
    await Promise.all([consumer, operator]);
    expect([order, await queries.find(id("erp"))]).toEqual(["added deleted ", undefined]);
  },
};

contractOnDatabases("WebhookTable", webhooksOn(), clauses, [
  {
    wrong: "forgets the secrets of a change",
    breaks: "changes everything that may change",
    make: webhooksOn((right) => ({ save: (webhook) => right.save({ ...webhook, secrets: [] }) })),
  },
  {
    wrong: "keeps the id of a deleted webhook",
    breaks: "forgets a deleted webhook, whose id may be used again without its deliveries",
    make: webhooksOn((right) => ({ delete: (key) => right.save({ ...webhookOf("erp"), key, enabled: false }) })),
  },
  {
    wrong: "reads the enabled webhooks without a lock",
    breaks: "lets no webhook be deleted between a consumer's reading and its commit",
    only: "mysql",
    make: (db) => webhooksOn(() => ({ lockEnabled: async () => (await new SqlWebhookQueries(db).enabled())[0] }))(db),
  },
]);
