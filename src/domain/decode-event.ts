import { type DomainEvent, type EventType, eventTypes } from "./event.js";
import { eventCatalog } from "./event-catalog.js";
import { invalidFieldOf, isRecord } from "./event-field.js";
import { instantPattern } from "./time.js";

export type Decoded =
  | { readonly event: DomainEvent }
  /** The reason, in one line. */
  | { readonly undecodable: string };

/** Checks an event that came over a wire. Keeps unknown fields, which a newer version may send. */
export const decodeEvent = (value: unknown): Decoded => {
  if (!isRecord(value)) return { undecodable: "not an object" };
  const { id, type, at, data } = value;
  if (!eventTypes.includes(type as EventType)) return { undecodable: `unknown type ${JSON.stringify(type)}` };
  if (typeof id !== "string" || id === "") return { undecodable: "missing id" };
  if (typeof at !== "string" || !instantPattern.test(at) || Number.isNaN(Date.parse(at)))
    return { undecodable: "invalid time" };
  if (!isRecord(data)) return { undecodable: "data is not an object" };
  const invalid = invalidFieldOf(eventCatalog[type as EventType].data, data);
  if (invalid !== undefined) return { undecodable: `invalid data.${invalid}` };
  return { event: { id, type, at, data } as unknown as DomainEvent };
};

/** Parses JSON text and checks the event in it. */
export const parseEvent = (text: string): Decoded => {
  try {
    return decodeEvent(JSON.parse(text));
  } catch {
    return { undecodable: "invalid JSON" };
  }
};
