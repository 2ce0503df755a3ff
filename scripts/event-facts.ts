import { encodeMessage } from "../src/adapters/kafka/wire-format.js";
import { type ConsumerGroup, groupsOf } from "../src/application/choreography.js";
import {
  createEvent,
  type DomainEvent,
  type EventId,
  type EventType,
  eventTypes,
  isInternal,
} from "../src/domain/event.js";
import { eventCatalog } from "../src/domain/event-catalog.js";
import { exampleOf, type Fields, type JsonSchema, schemaOf } from "../src/domain/event-field.js";
import type { EpochMs, Instant } from "../src/domain/time.js";

const noon = Date.UTC(2026, 10, 21, 12) as EpochMs;

/** What the documents say about an event type. */
export type EventFacts = {
  readonly type: EventType;
  readonly summary: string;
  /** The fields of `data` whose value is the key: the first that is not null. */
  readonly keyFields: readonly string[];
  /** The field that the event's id is made from. */
  readonly idField: string;
  readonly groups: readonly ConsumerGroup[];
  /** Whether a message may contain several events. */
  readonly internal: boolean;
  readonly payload: JsonSchema;
  readonly headers: JsonSchema;
  readonly example: DomainEvent;
};

/** Describes the headers that contain the event's id and time; every other header is constant per type. */
const headersOf = (example: DomainEvent): JsonSchema => {
  const { headers } = encodeMessage({ ...example, id: "id" as EventId, at: "at" as Instant });
  const described: Readonly<Record<string, JsonSchema>> = {
    id: { type: "string", minLength: 1, description: "The same for every message about the same fact." },
    at: { type: "string", format: "date-time", description: "When it happened." },
  };
  const properties = Object.fromEntries(
    Object.entries(headers).map(([name, text]) => [name, described[text] ?? { type: "string", const: text }]),
  );
  return { type: "object", properties, required: Object.keys(properties) };
};

/** One entry per row of the event catalog. */
export const eventFacts: readonly EventFacts[] = eventTypes.map((type) => {
  const { id, key, data, summary } = eventCatalog[type];
  const fields: Fields = data;
  const example = createEvent(type, exampleOf(fields) as never, noon);
  return {
    type,
    summary,
    keyFields: key,
    idField: id,
    groups: groupsOf(type),
    internal: isInternal(type),
    payload: schemaOf(fields),
    headers: headersOf(example),
    example,
  };
});
