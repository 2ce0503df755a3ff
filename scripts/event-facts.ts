import { z } from "zod";
import { encodeMessage } from "../src/adapters/kafka/wire-format.js";
import { type ConsumerGroup, groupsOf } from "../src/application/choreography.js";
import { type DomainEvent, type EventId, type EventType, eventTypes, keyOf } from "../src/domain/event.js";
import type { Instant } from "../src/domain/time.js";
import { eventMeanings, eventSchemas } from "./event-schemas.js";
import { sampleEvents } from "./sample-events.js";

/** A part of a JSON Schema, draft 7. */
export type JsonSchema = { readonly [key: string]: unknown };

/** All that there is to say of an event type, as the code has it. */
export type EventFacts = {
  readonly type: EventType;
  readonly meaning: string;
  /** The fields of `data` whose value is the key: the first that is not null. */
  readonly keyFields: readonly string[];
  /** The field that the event's id is made of, where it is one. */
  readonly idField: string;
  readonly groups: readonly ConsumerGroup[];
  readonly payload: JsonSchema;
  readonly headers: JsonSchema;
  readonly sample: DomainEvent;
};

const sampleOf = (type: EventType): DomainEvent => {
  const sample = sampleEvents.find((event) => event.type === type);
  if (sample === undefined) throw new Error(`no sample of ${type}`);
  return sample;
};

/** Every field holds its own name, so that a name which comes out says where it came from. */
const telltale = (type: EventType, without: readonly string[] = []): DomainEvent => ({
  ...sampleOf(type),
  data: Object.fromEntries(
    Object.keys(eventSchemas[type].shape).map((field) => [field, without.includes(field) ? null : field]),
  ) as never,
});

const keyFieldsOf = (type: EventType): readonly string[] => {
  const found: string[] = [];
  for (;;) {
    const field: string | null = keyOf(telltale(type, found));
    if (field === null) return found;
    found.push(field);
  }
};

const idFieldOf = (type: EventType): string => {
  const { id, data } = sampleOf(type);
  const field = Object.entries(data).find(([, value]) => id === `${type}:${value}`)?.[0];
  if (field === undefined) throw new Error(`${id} is made of no field`);
  return field;
};

const payloadOf = (type: EventType): JsonSchema => {
  const { $schema: _, ...schema } = z.toJSONSchema(eventSchemas[type], {
    target: "draft-7",
    io: "input",
    // The format says as much, and can be read.
    override: ({ jsonSchema }) => {
      if (jsonSchema.format === "date") delete jsonSchema.pattern;
    },
  });
  return schema;
};

/** Headers that hold the event's id or time say so; every other one is the same on each message of the type. */
const headersOf = (type: EventType): JsonSchema => {
  const { headers } = encodeMessage({ ...sampleOf(type), id: "id" as EventId, at: "at" as Instant });
  const described: Record<string, JsonSchema> = {
    id: { type: "string", minLength: 1, description: "The same each time the event is told." },
    at: { type: "string", format: "date-time", description: "When it happened." },
  };
  const properties = Object.fromEntries(
    Object.entries(headers).map(([name, text]) => [name, described[text] ?? { type: "string", const: text }]),
  );
  return { type: "object", properties, required: Object.keys(properties) };
};

/** The facts of every event type, in the order of the flows. */
export const eventFacts: readonly EventFacts[] = eventTypes.map((type) => ({
  type,
  meaning: eventMeanings[type],
  keyFields: keyFieldsOf(type),
  idField: idFieldOf(type),
  groups: groupsOf(type),
  payload: payloadOf(type),
  headers: headersOf(type),
  sample: sampleOf(type),
}));
