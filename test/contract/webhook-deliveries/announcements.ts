import { expect } from "vitest";
import type { UnitOfWork } from "../../../src/application/ports/unit-of-work.js";
import type { DomainEvent, EventOf } from "../../../src/domain/event.js";
import type { ConcertId, ScheduleId, WebhookId, WebhookKey } from "../../../src/domain/ids.js";
import { scheduleSoldOut } from "../../../src/domain/sold-out.js";
import { after } from "../../../src/domain/time.js";
import type { Webhook } from "../../../src/domain/webhook.js";
import { noon } from "../../support/coupon-data.js";

/** The event of a sell-out at noon; the schedule's id contains the number. */
export const soldOut = (n: number): EventOf<"schedule.sold-out"> =>
  scheduleSoldOut({
    concertId: "autumn" as ConcertId,
    scheduleId: `autumn-${n}` as ScheduleId,
    seats: 500,
    salesOpenAt: after(noon, -3_600_000),
    soldOutAt: noon,
  });

/** The events for schedules 1 to `count`. */
export const soldOuts = (count: number) => Array.from({ length: count }, (_, index) => soldOut(index + 1));

/** Returns the numbers of the deliveries' schedules, sorted. */
export const numbersOf = (deliveries: readonly { readonly event: DomainEvent }[]): readonly number[] =>
  deliveries.map(({ event }) => Number(/\d+$/.exec(event.id)?.[0])).toSorted((one, other) => one - other);

/** A webhook with this id that subscribed to sell-outs an hour before noon. */
export const webhookOf = (id: string, facts: Partial<Webhook> = {}): Webhook => ({
  key: `key-of-${id}` as WebhookKey,
  webhookId: id as WebhookId,
  url: `https://${id}.example/hooks`,
  events: ["schedule.sold-out"],
  enabled: true,
  secrets: [{ secret: `secret-of-${id}`, until: null }],
  createdAt: after(noon, -3_600_000),
  retryingSince: after(noon, -3_600_000),
  ...facts,
});

export const addWebhooks = (work: UnitOfWork, ...webhooks: readonly Webhook[]): Promise<void> =>
  work.run(async (tx) => {
    for (const webhook of webhooks) expect(await tx.webhooks.add(webhook, `digest of ${webhook.webhookId}`)).toBe(true);
  });
