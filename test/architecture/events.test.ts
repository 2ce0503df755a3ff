import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Parser } from "@asyncapi/parser";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { type EventFacts, eventFacts } from "../../scripts/event-facts.js";
import { eventsPage, yamlOfEvents } from "../../scripts/events-page.js";
import { decodeMessage, encodeMessage } from "../../src/adapters/kafka/wire-format.js";
import { groupsOf } from "../../src/application/choreography.js";
import { decodeEvent } from "../../src/domain/decode-event.js";
import { eventTypes } from "../../src/domain/event.js";
import type { JsonSchema } from "../../src/domain/event-field.js";
import { root } from "./source-files.js";

const page = readFileSync(join(root, "docs/events.md"), "utf8");
const yaml = readFileSync(join(root, "docs/asyncapi.yaml"), "utf8");
const outdated = "outdated: run npm run events";

type Ref = { readonly $ref: string };
type Message = {
  readonly headers: JsonSchema;
  readonly payload: JsonSchema;
  readonly examples: readonly { readonly headers: unknown; readonly payload: unknown }[];
};
/** The parts that these tests read; AsyncAPI's own parser checks the format. */
type AsyncApi = {
  readonly channels: Readonly<Record<string, { readonly address: string; readonly parameters: object }>>;
  readonly operations: Readonly<
    Record<
      string,
      { readonly action: string; readonly channel: Ref; readonly messages: Ref[]; readonly bindings?: object }
    >
  >;
  readonly components: { readonly messages: Readonly<Record<string, Message>> };
};
const document: AsyncApi = parse(yaml);

/** Returns what a reference in the document points to. */
const resolved = ({ $ref }: Ref): unknown =>
  $ref
    .slice(2)
    .split("/")
    .reduce<unknown>((at, step) => (at as Readonly<Record<string, unknown>> | undefined)?.[step], document);

/** Returns a function that checks values against a JSON Schema. */
const checkOf = (given: JsonSchema): ((value: unknown) => boolean) => {
  const check = z.fromJSONSchema(given);
  return (value) => check.safeParse(value).success;
};

/** Values on both sides of every limit of a field. */
const values = [
  ...[undefined, null, true, [], {}, "", "x", "한", "a b", "a.b", "a-_9", "a".repeat(64), "a".repeat(65)],
  ...["!".repeat(128), "!".repeat(129), "shop:x", "shop:", "other:x", "order:a:b", `shop:${"a".repeat(130)}`],
  ...[-1, 0, 1, 1.5, 2 ** 31, 2 ** 53 - 1, 2 ** 53, "1", "internal", "expired", "coupon-sold-out", "out-of-stock"],
  ...["2026-11-21", "2026-02-29", "2028-02-29", "2026-11-21T12:00:00.000Z", "2026-11-21T12:00:00Z"],
  ...[[{}], [{ productId: "a", quantity: 1, more: 1 }], [{ productId: "a", quantity: 0 }], [{ productId: 1 }]],
];

/** Returns the values on which the documented schema and the decoder disagree. */
const disagreements = ({ example }: EventFacts, payload: JsonSchema): readonly string[] => {
  const accepts = checkOf(payload);
  return Object.keys(example.data).flatMap((field) =>
    values.flatMap((value) => {
      // JSON drops undefined fields.
      const data = JSON.parse(JSON.stringify({ ...example.data, [field]: value }));
      const decoded = "event" in decodeEvent({ ...example, data });
      return decoded === accepts(data) ? [] : [`${field}: ${JSON.stringify(value)} is decoded: ${decoded}`];
    }),
  );
};

describe("docs/events.md and docs/asyncapi.yaml", () => {
  it("are up to date with the event catalog", () => {
    expect(page, outdated).toBe(eventsPage(page));
    expect(yaml, outdated).toBe(yamlOfEvents());
  });

  it("differ when an event, a field or a group is renamed (negative control)", () => {
    for (const part of ["`coupon.issued`", "`retryCount`", "`rushboard.webhook`"])
      expect(eventsPage(page.replace(part, "`something`"))).toBe(page);
    expect(yamlOfEvents()).not.toBe(yaml.replace("retryCount", "retries"));
  });
});

describe("the AsyncAPI document", () => {
  const parser = new Parser();
  const errorsOf = async (text: string) => (await parser.parse(text)).diagnostics.map(({ message }) => message);

  it("is accepted by the AsyncAPI parser", async () => {
    expect(await errorsOf(yaml)).toEqual([]);
  });

  it("is rejected by the parser with an unknown action (negative control)", async () => {
    const changed = yaml.replace("action: send", "action: shout");
    expect(changed).not.toBe(yaml);
    expect(await errorsOf(changed)).not.toEqual([]);
  });

  it("contains the target of every reference", () => {
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)].map(([, $ref]) => `${$ref}`);
    expect(references.length).toBeGreaterThan(3 * eventTypes.length);
    expect(references.filter(($ref) => resolved({ $ref }) === undefined)).toEqual([]);
  });

  it("has one channel per event type, with one send operation and one receive operation per group", () => {
    expect(Object.keys(document.channels)).toEqual(eventTypes);
    for (const [type, { address, parameters }] of Object.entries(document.channels)) {
      expect(address).toBe(`{prefix}${type}`);
      expect(Object.keys(parameters)).toEqual(["prefix"]);
    }
    const operations = eventTypes.flatMap((type) => [
      `send.${type}`,
      ...groupsOf(type).map((group) => `${group}.${type}`),
    ]);
    expect(Object.keys(document.operations).toSorted()).toEqual(operations.toSorted());
    for (const [name, { action, channel, messages, bindings }] of Object.entries(document.operations)) {
      expect(name).toBe(`${action === "send" ? "send" : name.split(".")[0]}.${channel.$ref.split("/").at(-1)}`);
      const names = Object.keys((resolved(channel) as { readonly messages: object }).messages);
      expect(messages).toEqual(names.map((message) => ({ $ref: `${channel.$ref}/messages/${message}` })));
      expect(bindings === undefined).toBe(action === "send");
    }
  });

  it.each(eventFacts)("shows a valid message of $type", ({ type, keyFields, example }) => {
    const { headers, payload, examples } = document.components.messages[type] ?? expect.fail(type);
    for (const shown of examples) {
      expect(checkOf(headers)(shown.headers)).toBe(true);
      expect(checkOf(payload)(shown.payload)).toBe(true);
      const message = { headers: shown.headers as never, value: Buffer.from(JSON.stringify(shown.payload)) };
      expect(decodeMessage(message)).toEqual([{ event: example }]);
    }
    const data = example.data as Readonly<Record<string, unknown>>;
    expect(keyFields.map((field) => data[field])).toContain(encodeMessage(example).key);
  });
});

describe("a batch message in the AsyncAPI document", () => {
  it.each(eventFacts.filter(({ internal }) => internal))("of $type has a valid example", ({ type, example }) => {
    const { headers, payload, examples } = document.components.messages[`${type}.batch`] ?? expect.fail(type);
    for (const shown of examples) {
      expect(checkOf(headers)(shown.headers)).toBe(true);
      expect(checkOf(payload)(shown.payload)).toBe(true);
      const message = { headers: shown.headers as never, value: Buffer.from(JSON.stringify(shown.payload)) };
      expect(decodeMessage(message)).toEqual([{ event: example }]);
    }
  });
});

describe("a payload schema", () => {
  it.each(eventFacts)("of $type accepts exactly what the decoder accepts", (facts) => {
    expect(disagreements(facts, document.components.messages[facts.type]?.payload ?? {})).toEqual([]);
  });

  it.each([
    ["another minimum", '"minimum":1', '"minimum":0'],
    ["longer ids", "{1,64}", "{1,65}"],
    ["a missing enum value", '"coupon-sold-out",', ""],
    ["another field required", '"reason"]', '"userId"]'],
  ])("fails that comparison with %s (negative control)", (_, from, to) => {
    const facts = eventFacts.find(({ type }) => type === "coupon.failed") ?? expect.fail();
    const wrong = JSON.stringify(facts.payload).replace(from, to);
    expect(wrong).not.toBe(JSON.stringify(facts.payload));
    expect(disagreements(facts, JSON.parse(wrong))).not.toEqual([]);
  });
});
