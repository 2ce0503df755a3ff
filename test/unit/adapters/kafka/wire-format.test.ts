import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  decodeMessage,
  encodeMessage,
  encodeMessages,
  type OutgoingMessage,
} from "../../../../src/adapters/kafka/wire-format.js";
import { createEvent, type DomainEvent, type EventType, eventTypes, keyOf } from "../../../../src/domain/event.js";
import { eventCatalog } from "../../../../src/domain/event-catalog.js";
import type { Fields, JsonSchema } from "../../../../src/domain/event-field.js";
import { fromInstant, type Instant } from "../../../../src/domain/time.js";
import { pinnedMessages } from "./pinned-messages.js";

/** Values that a field's schema describes. */
const valuesOf = (schema: JsonSchema): fc.Arbitrary<unknown> => {
  const { anyOf, enum: names, type, format, items, minimum, pattern, properties } = schema;
  if (anyOf !== undefined) return fc.oneof(...(anyOf as JsonSchema[]).map(valuesOf));
  if (names !== undefined) return fc.constantFrom(...(names as string[]));
  if (type === "null") return fc.constant(null);
  if (type === "integer") return fc.integer({ min: minimum as number });
  if (type === "array") return fc.array(valuesOf(items as JsonSchema), { maxLength: 3 });
  if (type === "object") return fc.record(mapValues(properties as Readonly<Record<string, JsonSchema>>, valuesOf));
  if (format === "date") return fc.constantFrom("2026-11-21", "2028-02-29");
  return fc.stringMatching(new RegExp(pattern as string));
};
const mapValues = <A, B>(record: Readonly<Record<string, A>>, map: (value: A) => B): Record<string, B> =>
  Object.fromEntries(Object.entries(record).map(([name, value]) => [name, map(value)]));

const at = fc
  .date({ min: new Date("2000-01-01T00:00:00Z"), max: new Date("2100-01-01T00:00:00Z"), noInvalidDate: true })
  .map((date) => date.toISOString());
const fieldsOf = (type: EventType): Fields => eventCatalog[type].data;
const eventsOf = (type: EventType): fc.Arbitrary<DomainEvent> => {
  const data = fc.record(mapValues(fieldsOf(type), ({ schema }) => valuesOf(schema)));
  return fc.record({ id: fc.string({ minLength: 1 }), type: fc.constant(type), at, data }) as never;
};
const sampleOf = (type: EventType) => fc.sample(eventsOf(type), { numRuns: 1, seed: 1 })[0] as DomainEvent;

/** The message as it arrives, in bytes. */
const arriving = ({ value, headers }: OutgoingMessage) => ({
  value: Buffer.from(value),
  headers: mapValues(headers, (text) => Buffer.from(text)),
});

describe("a message with one event", () => {
  it.each(eventTypes)("is decoded to the same %s", (type) => {
    fc.assert(
      fc.property(eventsOf(type), (event) => {
        expect(decodeMessage(arriving(encodeMessage(event)))).toEqual([{ event }]);
        expect(encodeMessage(event).key).toBe(keyOf(event));
      }),
    );
  });

  it.each(pinnedMessages)("has not changed for %s since version 0.1.0", (type, key, id, time, data) => {
    const event = createEvent(type, data as never, fromInstant(time as Instant));
    const pinned: OutgoingMessage = {
      key,
      value: JSON.stringify(data),
      headers: {
        ce_specversion: "1.0",
        ce_id: id,
        ce_type: type,
        ce_source: "/rushboard",
        ce_time: time,
        "content-type": "application/json",
      },
    };
    expect(encodeMessages([event])).toEqual([pinned]);
    expect(decodeMessage(arriving(pinned))).toEqual([{ event }]);
  });

  it.each(eventTypes.flatMap((type) => Object.keys(fieldsOf(type)).map((field) => [type, field] as const)))(
    "is undecodable if %s has no valid %s",
    (type, field) => {
      const { headers, value } = arriving(encodeMessage(sampleOf(type)));
      for (const wrong of [undefined, true, {}, "x y"]) {
        const text = JSON.stringify({ ...JSON.parse(value.toString()), [field]: wrong });
        const decoded = decodeMessage({ headers, value: Buffer.from(text) });
        expect(decoded).toEqual([{ undecodable: `invalid data.${field}`, type, text }]);
      }
    },
  );

  const { headers, value } = arriving(encodeMessage(sampleOf("coupon.requested")));
  const { ce_id: _, ...withoutId } = headers;
  it.each([
    ["no headers", { headers: {}, value }, "ce_specversion is missing"],
    ["another version", { headers: { ...headers, ce_specversion: "0.3" }, value }, "ce_specversion is 0.3"],
    ["no id", { headers: withoutId, value }, "missing id"],
    ["an unknown type", { headers: { ...headers, ce_type: "coupon.eaten" }, value }, 'unknown type "coupon.eaten"'],
    ["an inherited name", { headers: { ...headers, ce_type: "toString" }, value }, 'unknown type "toString"'],
    ["no time", { headers: { ...headers, ce_time: "yesterday" }, value }, "invalid time"],
    ["an impossible time", { headers: { ...headers, ce_time: "2026-13-01T00:00:00.000Z" }, value }, "invalid time"],
    ["no value", { headers, value: null }, "missing value"],
    ["invalid JSON", { headers, value: Buffer.from("{") }, "invalid JSON"],
    ["an array", { headers, value: Buffer.from("[]") }, "data is not an object"],
  ])("is undecodable with %s", (_name, message, undecodable) => {
    expect(decodeMessage(message)).toMatchObject([{ undecodable }]);
  });

  it("never makes the decoder throw, and keeps its text", () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.dictionary(fc.string(), fc.string()), (bytes, others) => {
        const message = { value: Buffer.from(bytes), headers: others };
        expect(decodeMessage(message)).toMatchObject([
          { undecodable: expect.any(String), text: Buffer.from(bytes).toString() },
        ]);
      }),
    );
  });
});

describe("a message with a batch of events", () => {
  const reserved = (coupon: string, position: number) =>
    ({
      ...sampleOf("coupon.reserved"),
      id: `coupon.reserved:${coupon}-${position}`,
      data: { taskId: `${coupon}-${position}`, couponId: coupon, userId: "mina", position },
    }) as DomainEvent;
  const range = (count: number) => Array.from({ length: count }, (_, index) => index + 1);
  const decoded = (messages: readonly OutgoingMessage[]) =>
    messages.flatMap((message) => decodeMessage(arriving(message)));

  it("contains the internal events of one key, in order, at most 250", () => {
    const events = range(600).map((position) => reserved(position % 2 === 0 ? "a" : "b", position));
    const messages = encodeMessages(events);
    expect(messages.map(({ key }) => key)).toEqual(["b", "b", "a", "a"]);
    for (const key of ["a", "b"]) {
      const ofKey = events.filter((event) => keyOf(event) === key);
      expect(decoded(messages.filter((message) => message.key === key))).toEqual(ofKey.map((event) => ({ event })));
    }
    expect(messages.map(({ value }) => JSON.parse(value).length)).toEqual([250, 50, 250, 50]);
    for (const { headers } of messages)
      expect(headers).toEqual({ "content-type": "application/cloudevents-batch+json" });
  });

  it("is in the JSON batch format of CloudEvents", () => {
    const [first, second] = [reserved("a", 1), reserved("a", 2)];
    const [message] = encodeMessages([first, second]);
    const { id, at: time, data } = second;
    expect(JSON.parse(message?.value ?? "")[1]).toEqual({
      specversion: "1.0",
      id,
      type: "coupon.reserved",
      source: "/rushboard",
      time,
      data,
    });
  });

  it("is not used for a single event, nor for events that others consume", () => {
    const lone = reserved("a", 1);
    expect(encodeMessages([lone])).toEqual([encodeMessage(lone)]);
    const facts = [sampleOf("coupon.issued"), sampleOf("coupon.issued")];
    expect(encodeMessages(facts)).toEqual(facts.map(encodeMessage));
  });

  const batchOf = (value: string) => ({
    headers: { "content-type": "application/cloudevents-batch+json" },
    value: Buffer.from(value),
  });

  it("reports each undecodable event separately", () => {
    const [good, bad] = [reserved("a", 1), reserved("a", 2)];
    const [message] = encodeMessages([good, bad]);
    const [first, second] = JSON.parse(message?.value ?? "");
    const wrong = { ...second, data: { ...second.data, position: 0 } };
    expect(decodeMessage(batchOf(JSON.stringify([wrong, first, null, { ...first, specversion: "0.3" }])))).toEqual([
      { undecodable: "invalid data.position", type: "coupon.reserved", text: JSON.stringify(wrong) },
      { event: good },
      { undecodable: "specversion is missing", type: "unknown", text: "null" },
      expect.objectContaining({ undecodable: "specversion is 0.3" }),
    ]);
  });

  it.each([
    ["{", "invalid JSON"],
    ["{}", "batch is not an array"],
  ])("is undecodable as a whole if its value is %s", (value, undecodable) => {
    expect(decodeMessage(batchOf(value))).toEqual([{ undecodable, type: "unknown", text: value }]);
  });

  it("never makes the decoder throw", () => {
    fc.assert(
      fc.property(fc.json(), (value) => {
        for (const decodedEvent of decodeMessage(batchOf(value))) expect(decodedEvent).toHaveProperty("undecodable");
      }),
    );
  });
});
