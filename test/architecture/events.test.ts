import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Parser } from "@asyncapi/parser";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { type EventFacts, eventFacts, type JsonSchema } from "../../scripts/event-facts.js";
import { eventsPage, yamlOfEvents } from "../../scripts/events-page.js";
import { decodeMessage, encodeMessage } from "../../src/adapters/kafka/wire-format.js";
import { choreograph, type Reactions } from "../../src/application/choreography.js";
import { decodeEvent } from "../../src/domain/decode-event.js";
import { eventTypes } from "../../src/domain/event.js";
import { root } from "./source-files.js";

const page = readFileSync(join(root, "docs/events.md"), "utf8");
const yaml = readFileSync(join(root, "docs/asyncapi.yaml"), "utf8");
const asked = "npx tsx scripts/event-docs.ts makes it anew";

type Ref = { readonly $ref: string };
type Message = {
  readonly headers: JsonSchema;
  readonly payload: JsonSchema;
  readonly examples: readonly { readonly headers: unknown; readonly payload: unknown }[];
};
/** What is looked at here; whether it is AsyncAPI is for AsyncAPI's parser to say. */
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

/** What a reference of the document leads to. */
const resolved = ({ $ref }: Ref): unknown =>
  $ref
    .slice(2)
    .split("/")
    .reduce<unknown>((at, step) => (at as Readonly<Record<string, unknown>> | undefined)?.[step], document);

/** Whether a value is what a JSON Schema asks for. */
const checkOf = (given: JsonSchema): ((value: unknown) => boolean) => {
  const check = z.fromJSONSchema(given);
  return (value) => check.safeParse(value).success;
};

/** Values at and past every bound that a field may have. */
const values = [
  ...[undefined, null, true, [], {}, "", "x", "한", "a b", "a.b", "a-_9", "a".repeat(64), "a".repeat(65)],
  ...["!".repeat(128), "!".repeat(129), "shop:x", "shop:", "other:x", "order:a:b", `shop:${"a".repeat(130)}`],
  ...[-1, 0, 1, 1.5, 2 ** 31, 2 ** 53 - 1, 2 ** 53, "1", "internal", "expired", "coupon-sold-out", "out-of-stock"],
  ...["2026-11-21", "2026-02-29", "2028-02-29", "2026-11-21T12:00:00.000Z", "2026-11-21T12:00:00Z"],
  ...[[{}], [{ productId: "a", quantity: 1, more: 1 }], [{ productId: "a", quantity: 0 }], [{ productId: 1 }]],
];

/** Where a schema and the check on arrival do not say the same. */
const disagreements = ({ sample }: EventFacts, payload: JsonSchema): readonly string[] => {
  const accepts = checkOf(payload);
  return Object.keys(sample.data).flatMap((field) =>
    values.flatMap((value) => {
      // Over the wire, where what is undefined is not there.
      const data = JSON.parse(JSON.stringify({ ...sample.data, [field]: value }));
      const taken = "event" in decodeEvent({ ...sample, data });
      return taken === accepts(data) ? [] : [`${field}: ${JSON.stringify(value)} is taken: ${taken}`];
    }),
  );
};

describe("the documents of events", () => {
  it("are what the code makes them", () => {
    expect(page, asked).toBe(eventsPage(page));
    expect(yaml, asked).toBe(yamlOfEvents());
  });

  it("would not be with an event, a field or a group more", () => {
    for (const part of ["`coupon.issued`", "`retryCount`", "`rushboard.webhook`"])
      expect(eventsPage(page.replace(part, "`something`"))).toBe(page);
    expect(yamlOfEvents()).not.toBe(yaml.replace("retryCount", "retries"));
  });
});

describe("the AsyncAPI document", () => {
  const faultsOf = async (text: string) => (await new Parser().parse(text)).diagnostics.map(({ message }) => message);

  it("is one, says AsyncAPI's own parser", async () => {
    expect(await faultsOf(yaml)).toEqual([]);
  });

  it.each([
    ["an action of its own", "action: send", "action: shout"],
    ["a message that is nowhere", "#/components/messages/order.placed", "#/components/messages/order.lost"],
    ["a type of JSON that there is not", "type: integer", "type: whole"],
  ])("would not be with %s (control)", async (_, from, to) => {
    expect(yaml).toContain(from);
    expect(await faultsOf(yaml.replace(from, to))).not.toEqual([]);
  });

  it("refers to nothing that it does not hold", () => {
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)].map(([, $ref]) => `${$ref}`);
    expect(references.length).toBeGreaterThan(3 * eventTypes.length);
    expect(references.filter(($ref) => resolved({ $ref }) === undefined)).toEqual([]);
  });

  it("has a channel a type, sent to by the service and heard by every group that reacts", () => {
    expect(Object.keys(document.channels)).toEqual(eventTypes);
    for (const [type, { address, parameters: named }] of Object.entries(document.channels)) {
      expect(address).toBe(`{prefix}${type}`);
      expect(Object.keys(named)).toEqual(["prefix"]);
    }
    const reactions = Object.entries(choreograph({} as Reactions)).flatMap(([type, groups]) => [
      `send.${type}`,
      ...Object.keys(groups).map((group) => `${group}.${type}`),
    ]);
    expect(Object.keys(document.operations).toSorted()).toEqual(reactions.toSorted());
    for (const [name, { action, channel, messages, bindings }] of Object.entries(document.operations)) {
      expect(name).toBe(`${action === "send" ? "send" : name.split(".")[0]}.${channel.$ref.split("/").at(-1)}`);
      expect(messages).toEqual([{ $ref: `${channel.$ref}/messages/event` }]);
      expect(bindings === undefined).toBe(action === "send");
    }
  });

  it.each(eventFacts)("shows a message of $type that is one", ({ type, keyFields, sample }) => {
    const { headers, payload, examples } = document.components.messages[type] ?? expect.fail(type);
    for (const example of examples) {
      expect(checkOf(headers)(example.headers)).toBe(true);
      expect(checkOf(payload)(example.payload)).toBe(true);
      const message = { headers: example.headers as never, value: Buffer.from(JSON.stringify(example.payload)) };
      expect(decodeMessage(message)).toEqual({ event: sample });
    }
    const data = sample.data as Readonly<Record<string, unknown>>;
    expect(keyFields.map((field) => data[field])).toContain(encodeMessage(sample).key);
  });
});

describe("a schema", () => {
  it.each(eventFacts)("of $type takes what is taken on arrival, and nothing else", (facts) => {
    expect(disagreements(facts, document.components.messages[facts.type]?.payload ?? {})).toEqual([]);
  });

  it.each([
    ["another bound", '"minimum":1', '"minimum":0'],
    ["longer ids", "{1,64}", "{1,65}"],
    ["a name less", '"coupon-sold-out",', ""],
    ["another field required", '"reason"]', '"userId"]'],
  ])("would be found out with %s (control)", (_, from, to) => {
    const facts = eventFacts.find(({ type }) => type === "coupon.failed") ?? expect.fail();
    const spoilt = JSON.stringify(facts.payload).replace(from, to);
    expect(spoilt).not.toBe(JSON.stringify(facts.payload));
    expect(disagreements(facts, JSON.parse(spoilt))).not.toEqual([]);
  });
});
