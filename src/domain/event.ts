import { eventCatalog } from "./event-catalog.js";
import type { DataOf, Fields } from "./event-field.js";
import type { Brand } from "./ids.js";
import { type EpochMs, type Instant, toInstant } from "./time.js";

type Catalog = typeof eventCatalog;

export type EventId = Brand<string, "EventId">;
export type EventType = keyof Catalog;
export type EventData<Type extends EventType> = DataOf<Catalog[Type]["data"]>;

/** The event of this type; of a union of types, the union of their events. Events are JSON as they are. */
export type EventOf<Type extends EventType> = {
  [T in Type]: { readonly id: EventId; readonly type: T; readonly at: Instant; readonly data: EventData<T> };
}[Type];
export type DomainEvent = EventOf<EventType>;

/** The types whose key is the order's id alone: what an order's timeline consists of. */
export type OrderEventType = {
  [T in EventType]: Catalog[T]["key"] extends readonly "orderId"[] ? T : never;
}[EventType];

/** Every event type, in the order of the catalog. */
export const eventTypes = Object.keys(eventCatalog) as readonly EventType[];

type Data = Readonly<Record<string, unknown>>;

/** Returns the value by which a bus keeps events in order: events with one key reach a group as they were published. */
export const keyOf = ({ type, data }: DomainEvent): string => {
  const fields: readonly string[] = eventCatalog[type].key;
  const values = data as Data;
  return values[fields.find((field) => values[field] !== null) as string] as string;
};

/** Whether only this service consumes events of this type. */
export const isInternal = (type: EventType): boolean => eventCatalog[type].internal === true;

/** Creates an event from the catalog's fields of `data`; other fields are left out. The same fact has the same id. */
export const createEvent = <Type extends EventType>(type: Type, data: EventData<Type>, at: EpochMs): EventOf<Type> => {
  const row: { readonly id: string; readonly data: Fields } = eventCatalog[type];
  const given = data as Data;
  const picked: Record<string, unknown> = {};
  for (const field in row.data) picked[field] = given[field];
  return { id: `${type}:${given[row.id]}`, type, at: toInstant(at), data: picked } as unknown as EventOf<Type>;
};
