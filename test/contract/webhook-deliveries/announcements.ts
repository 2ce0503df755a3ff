import { deadLetterOf } from "../../../src/application/dead-letter/dead-letter-of.js";
import type { WebhookDelivery } from "../../../src/application/ports/webhook-deliveries.js";
import type { EventOf } from "../../../src/domain/event.js";
import type { ConcertId, ScheduleId } from "../../../src/domain/ids.js";
import { scheduleSoldOut } from "../../../src/domain/sold-out.js";
import { after } from "../../../src/domain/time.js";
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
export const numbersOf = (deliveries: readonly WebhookDelivery[]): readonly number[] =>
  deliveries.map(({ event }) => Number(/\d+$/.exec(event.id)?.[0])).toSorted((one, other) => one - other);

export const letterOf = ({ event, attempts }: WebhookDelivery) =>
  deadLetterOf("webhook", event, "status 500", attempts);
