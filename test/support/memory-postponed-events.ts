import type { PostponedEvent, PostponedEvents } from "../../src/application/ports/postponed-events.js";
import { keyOf } from "../../src/domain/event.js";

/** Postponed events in memory, which are never delivered. A test empties `events` as if they were. */
export const memoryPostponedEvents = (): PostponedEvents & { readonly events: PostponedEvent[] } => {
  const events: PostponedEvent[] = [];
  return {
    events,
    postpone: async (_, more) => {
      events.push(...more);
    },
    postponedKeys: async () => (events.length === 0 ? null : new Set(events.map(({ event }) => keyOf(event)))),
    consume: async () => {},
    stopConsuming: async () => {},
    deadConsumers: () => [],
  };
};
