import type { EventId, EventOf } from "./event.js";
import type { SellOut } from "./sold-out.js";
import { fromInstant, toInstant } from "./time.js";

/** A schedule is sold out; the id is the schedule's, so that telling it twice is impossible. */
export const scheduleSoldOut = (sellOut: SellOut): EventOf<"schedule.sold-out"> => ({
  id: `schedule.sold-out:${sellOut.scheduleId}` as EventId,
  type: "schedule.sold-out",
  at: toInstant(sellOut.soldOutAt),
  data: { ...sellOut, salesOpenAt: toInstant(sellOut.salesOpenAt), soldOutAt: toInstant(sellOut.soldOutAt) },
});

/** The sell-out that the event tells of. */
export const sellOutOf = ({ data }: EventOf<"schedule.sold-out">): SellOut => ({
  ...data,
  salesOpenAt: fromInstant(data.salesOpenAt),
  soldOutAt: fromInstant(data.soldOutAt),
});
