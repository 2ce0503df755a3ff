import type { IHeaders, KafkaMessage } from "kafkajs";
import { type Decoded, decodeEvent } from "../../domain/decode-event.js";
import { type DomainEvent, isInternal, keyOf } from "../../domain/event.js";

/** A message for the producer. */
export type OutgoingMessage = {
  readonly key: string;
  readonly value: string;
  readonly headers: Record<string, string>;
};

const version = "1.0";
const source = "/rushboard";
const batchType = "application/cloudevents-batch+json";
/** So that a batch stays far below a broker's default limit of 1 MB per message. */
export const maxEventsPerMessage = 250;

/**
 * Encodes events of one type, in order. Internal events of one key share a message, because kafkajs allocates seven
 * buffers of 512 bytes per message. Every other event has its own message.
 */
export const encodeMessages = (events: readonly DomainEvent[]): readonly OutgoingMessage[] => {
  const [first] = events;
  if (first === undefined || !isInternal(first.type)) return events.map(encodeMessage);
  const byKey = new Map<string, DomainEvent[]>();
  for (const event of events) {
    const key = keyOf(event);
    const ofKey = byKey.get(key);
    if (ofKey === undefined) byKey.set(key, [event]);
    else ofKey.push(event);
  }
  return [...byKey.values()].flatMap((ofKey) =>
    Array.from({ length: Math.ceil(ofKey.length / maxEventsPerMessage) }, (_, n) =>
      encodeBatch(ofKey.slice(n * maxEventsPerMessage, (n + 1) * maxEventsPerMessage)),
    ),
  );
};

/** Encodes an event as CloudEvents 1.0 in binary mode: the envelope in the headers, the data as the value. */
export const encodeMessage = (event: DomainEvent): OutgoingMessage => ({
  key: keyOf(event),
  value: JSON.stringify(event.data),
  headers: {
    ce_specversion: version,
    ce_id: event.id,
    ce_type: event.type,
    ce_source: source,
    ce_time: event.at,
    "content-type": "application/json",
  },
});

/** Encodes events of one key in CloudEvents' JSON batch format; a single event in binary mode. */
const encodeBatch = (events: readonly DomainEvent[]): OutgoingMessage => {
  const [first] = events as [DomainEvent];
  if (events.length === 1) return encodeMessage(first);
  const batch = events.map(({ id, type, at, data }) => ({ specversion: version, id, type, source, time: at, data }));
  return { key: keyOf(first), value: JSON.stringify(batch), headers: { "content-type": batchType } };
};

type Received = Pick<KafkaMessage, "value" | "headers">;

/** An event of a message, or the reason why there is none with the stated type and the text, for a dead letter. */
export type DecodedMessage =
  | Extract<Decoded, { readonly event: unknown }>
  | { readonly undecodable: string; readonly type: string; readonly text: string };

/** Decodes the events in a message. Never throws: an error in a handler would stop a kafkajs consumer permanently. */
export const decodeMessage = (message: Received): readonly DecodedMessage[] => {
  const { value, headers = {} } = message;
  const text = value?.toString() ?? "";
  const type = headerOf(headers, "ce_type") ?? "unknown";
  const undecodable = (reason: string) => [{ undecodable: reason, type, text }];
  const isBatch = headerOf(headers, "content-type") === batchType;
  const stated = headerOf(headers, "ce_specversion");
  if (!isBatch && stated !== version) return undecodable(`ce_specversion is ${stated ?? "missing"}`);
  if (value === null) return undecodable("missing value");
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return undecodable("invalid JSON");
  }
  if (!isBatch) {
    const [id, at] = [headerOf(headers, "ce_id"), headerOf(headers, "ce_time")];
    const decoded = decodeEvent({ id, type: headerOf(headers, "ce_type"), at, data: json });
    return "event" in decoded ? [decoded] : undecodable(decoded.undecodable);
  }
  return Array.isArray(json) ? json.map(decodeStructured) : undecodable("batch is not an array");
};

/** Decodes one element of a batch. */
const decodeStructured = (element: unknown): DecodedMessage => {
  const { specversion, id, type, time: at, data } = (element ?? {}) as Readonly<Record<string, unknown>>;
  const decoded =
    specversion === version
      ? decodeEvent({ id, type, at, data })
      : { undecodable: `specversion is ${specversion ?? "missing"}` };
  if ("event" in decoded) return decoded;
  return { ...decoded, type: typeof type === "string" ? type : "unknown", text: JSON.stringify(element) };
};

const headerOf = (headers: IHeaders, name: string): string | undefined => {
  const found = headers[name];
  return (Array.isArray(found) ? found[0] : found)?.toString();
};
