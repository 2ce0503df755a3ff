import { describe, expect, it } from "vitest";
import { groupsOf } from "../../../src/application/choreography.js";
import { createEvent, type EventType, eventTypes } from "../../../src/domain/event.js";
import type { CouponId, TaskId, UserCouponId, UserId, WebhookKey } from "../../../src/domain/ids.js";
import type { EpochMs } from "../../../src/domain/time.js";
import { settingsWebhookKey, webhookEventTypes } from "../../../src/domain/webhook.js";
import { soldOut, webhookOf } from "../../contract/webhook-deliveries/announcements.js";
import { noon, rowsIn } from "../../support/coupon-data.js";
import { day, openSender, second } from "./webhook-sender.js";

const issued = (n: number, at: EpochMs = noon) =>
  createEvent(
    "coupon.issued",
    {
      ...{ taskId: `task-${n}` as TaskId, couponId: "autumn" as CouponId, userId: "mina" as UserId, position: n },
      ...{ retryCount: 0, userCouponId: `task-${n}` as UserCouponId },
    },
    at,
  );
const ago = (ms: number) => (noon - ms) as EpochMs;
const coupons = webhookOf("coupons", { events: ["coupon.issued"] });
const both = webhookOf("both", { events: ["coupon.issued", "schedule.sold-out"] });

const openWith = async (...webhooks: Parameters<typeof webhookOf>[]) =>
  openSender({ webhooks: webhooks.map((facts) => webhookOf(...facts)), hasSettings: false });

describe("AddWebhookDeliveries", () => {
  it("adds one delivery per webhook and event of its types, however often the event is delivered", async () => {
    const { consume, queries, tick, calls } = await openSender({ webhooks: [coupons, both] });
    for (const _ of [1, 2]) await consume.execute([issued(1), soldOut(1), issued(1)]);
    const typesOf = async (key: WebhookKey) =>
      ((await queries.deliveries(key, null, null, 10))?.items ?? []).map(({ type }) => type).sort();
    expect(await typesOf(coupons.key)).toEqual(["coupon.issued"]);
    expect(await typesOf(both.key)).toEqual(["coupon.issued", "schedule.sold-out"]);
    expect(await typesOf(settingsWebhookKey)).toEqual(["schedule.sold-out"]);
    await tick();
    await consume.execute([issued(1), soldOut(1)]);
    await tick();
    expect(calls).toHaveLength(4);
  });

  it("adds one delivery if two workers process the same event at the same time", async () => {
    const { consume, db } = await openSender({ webhooks: [coupons] });
    await Promise.all([consume.execute([issued(1), issued(2)]), consume.execute([issued(2), issued(1)])]);
    expect(await rowsIn(db, "subscription_deliveries")).toBe(2);
  });

  it("skips events that are older than the webhook, and those of a disabled one", async () => {
    const createdAt = ago(second);
    const { consume, db } = await openWith(
      ["erp", { events: ["coupon.issued"], createdAt }],
      ["off", { enabled: false }],
    );
    await consume.execute([issued(1, ago(second + 1)), issued(2, createdAt)]);
    await consume.execute([soldOut(1)]);
    expect(await db.knex("subscription_deliveries").pluck("event_id")).toEqual(["coupon.issued:task-2"]);
  });

  it("skips events that are older than 30 days", async () => {
    const facts = { events: ["coupon.issued"] as const, createdAt: ago(90 * day) };
    const { consume, db } = await openWith(["erp", facts]);
    await consume.execute([issued(1, ago(30 * day + 1)), issued(2, ago(30 * day))]);
    expect(await db.knex("subscription_deliveries").pluck("event_id")).toEqual(["coupon.issued:task-2"]);
  });

  it("stores nothing for the settings if WEBHOOK_URL is not set", async () => {
    const { consume, db } = await openWith();
    await consume.execute([soldOut(1)]);
    expect(await rowsIn(db, "subscription_deliveries")).toBe(0);
  });
});

describe("the choreography", () => {
  it("gives the group webhook every event that a webhook may subscribe to, and no other", () => {
    const subscribable: readonly string[] = webhookEventTypes;
    const reaching = eventTypes.filter((type: EventType) => groupsOf(type).includes("webhook"));
    expect(reaching).toEqual(eventTypes.filter((type) => subscribable.includes(type)));
  });
});
