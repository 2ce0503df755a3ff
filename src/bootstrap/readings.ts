import type { Reading } from "../adapters/http/metrics.js";
import { type Token, Tokens } from "./tokens.js";

const one = (figure: number): ReadonlyMap<string, number> => new Map([["", figure]]);

/** Figures of the parts behind the edge, for `/metrics`. */
export const readings = (get: <T>(token: Token<T>) => T, coldStores: () => number): readonly Reading[] => {
  const bus = get(Tokens.bus);
  const outbox = get(Tokens.outboxRows);
  const letters = get(Tokens.deadLetters);
  return [
    {
      name: "rushboard_consumer_lag",
      help: "Events that a consumer group has still to take.",
      label: "group",
      read: async () => new Map((await bus.lag()).map(({ group, lag }) => [group, lag])),
    },
    {
      name: "rushboard_outbox_waiting",
      help: "Events committed and not yet on the bus.",
      read: async () => one(await outbox.waiting()),
    },
    {
      name: "rushboard_dead_letters",
      help: "Parked events that nobody has replayed.",
      read: async () => one(await letters.waiting()),
    },
    {
      name: "rushboard_queue_cold",
      help: "Open coupons whose store the last sweep found cold or dropped.",
      read: () => one(coldStores()),
    },
  ];
};
