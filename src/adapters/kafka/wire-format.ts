import type { IHeaders, KafkaMessage } from "kafkajs";
import { type Decoded, decodeEvent } from "../../domain/decode-event.js";
import { type DomainEvent, keyOf } from "../../domain/event.js";

/** A message for the producer. */
export type OutgoingMessage = {
  readonly key: string;
  readonly value: string;
  readonly headers: Record<string, string>;
};

/** Encodes an event as CloudEvents 1.0 in binary mode: the envelope in the headers, the data as the value. */
export const encodeMessage = (event: DomainEvent): OutgoingMessage => ({
  key: keyOf(event),
  value: JSON.stringify(event.data),
  headers: {
    ce_specversion: "1.0",
    ce_id: event.id,
    ce_type: event.type,
    ce_source: "/rushboard",
    ce_time: event.at,
    "content-type": "application/json",
  },
});

type Received = Pick<KafkaMessage, "value" | "headers">;

/** Decodes the event in a message. Never throws: an error in a handler would stop a kafkajs consumer permanently. */
export const decodeMessage = ({ value, headers = {} }: Received): Decoded => {
  const version = header(headers, "ce_specversion");
  if (version !== "1.0") return { undecodable: `ce_specversion is ${version ?? "missing"}` };
  if (value === null) return { undecodable: "missing value" };
  let data: unknown;
  try {
    data = JSON.parse(value.toString());
  } catch {
    return { undecodable: "invalid JSON" };
  }
  return decodeEvent({
    id: header(headers, "ce_id"),
    type: header(headers, "ce_type"),
    at: header(headers, "ce_time"),
    data,
  });
};

/** Returns the type that a message states and its value as text, for a dead letter. */
export const rawMessage = ({ value, headers = {} }: Received): { readonly type: string; readonly text: string } => ({
  type: header(headers, "ce_type") ?? "unknown",
  text: value?.toString() ?? "",
});

const header = (headers: IHeaders, name: string): string | undefined => {
  const found = headers[name];
  return (Array.isArray(found) ? found[0] : found)?.toString();
};
