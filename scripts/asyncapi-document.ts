import { encodeMessage, encodeMessages, maxEventsPerMessage } from "../src/adapters/kafka/wire-format.js";
import { groupSummaries } from "../src/application/choreography.js";
import { type EventFacts, eventFacts } from "./event-facts.js";

const at = (...steps: readonly string[]) => ({ $ref: `#/${steps.join("/")}` });
const kafka = (facts: object) => ({ kafka: { ...facts, bindingVersion: "0.5.0" } });
const prefix = at("components", "parameters", "prefix");

/** The messages of a channel: their names there and in `components`. */
const messagesOf = ({ type, internal }: EventFacts): Readonly<Record<string, string>> => ({
  event: type,
  ...(internal && { batch: `${type}.batch` }),
});

const channel = (facts: EventFacts) => ({
  address: `{prefix}${facts.type}`,
  description: facts.summary,
  messages: Object.fromEntries(
    Object.entries(messagesOf(facts)).map(([name, message]) => [name, at("components", "messages", message)]),
  ),
  parameters: { prefix },
});

const channelMessages = (facts: EventFacts) =>
  Object.keys(messagesOf(facts)).map((name) => at("channels", facts.type, "messages", name));

const keyOfMessage = ({ keyFields }: EventFacts) => ({
  key: {
    type: "string",
    description: `\`${keyFields.join("`, else `")}\` of the data. Events with the same key stay in order.`,
  },
});

const message = (facts: EventFacts) => {
  const { type, summary, payload, headers, example } = facts;
  const encoded = encodeMessage(example);
  return {
    name: type,
    title: type,
    summary,
    contentType: "application/json",
    headers,
    payload,
    bindings: kafka(keyOfMessage(facts)),
    examples: [{ headers: encoded.headers, payload: example.data }],
  };
};

/** The message with several events of an internal type, in the JSON batch format of CloudEvents. */
const batchMessage = (facts: EventFacts) => {
  const { type, summary, payload, example } = facts;
  const [encoded] = encodeMessages([example, example]);
  const { "content-type": contentType = "" } = encoded?.headers ?? {};
  const { specversion, source }: Readonly<Record<string, unknown>> = JSON.parse(encoded?.value ?? "")[0];
  const properties = {
    specversion: { const: specversion },
    id: { type: "string", minLength: 1 },
    type: { const: type },
    source: { const: source },
    time: { type: "string", format: "date-time" },
    data: payload,
  };
  return {
    name: `${type}.batch`,
    title: `${type}, several events of one key`,
    summary,
    contentType,
    headers: {
      type: "object",
      properties: { "content-type": { type: "string", const: contentType } },
      required: ["content-type"],
    },
    payload: {
      type: "array",
      maxItems: maxEventsPerMessage,
      items: { type: "object", properties, required: Object.keys(properties) },
    },
    bindings: kafka(keyOfMessage(facts)),
    examples: [{ headers: encoded?.headers, payload: JSON.parse(encoded?.value ?? "").slice(0, 1) }],
  };
};

const sending = (facts: EventFacts) => ({
  action: "send",
  channel: at("channels", facts.type),
  summary: facts.internal
    ? "Sent after the transaction that it reports is committed. May be lost if the sender crashes."
    : "Sent after the transaction that it reports is committed, at least once.",
  messages: channelMessages(facts),
});

const receptions = (facts: EventFacts) =>
  facts.groups.map((group) => [
    `${group}.${facts.type}`,
    {
      action: "receive",
      channel: at("channels", facts.type),
      summary: `The group ${group} ${groupSummaries[group]}.`,
      messages: channelMessages(facts),
      bindings: kafka({ groupId: { type: "string", pattern: `^[A-Za-z0-9._-]{0,100}rushboard\\.${group}$` } }),
    },
  ]);

const byType = (describe: (facts: EventFacts) => object) =>
  Object.fromEntries(eventFacts.map((facts) => [facts.type, describe(facts)]));

/** Returns the AsyncAPI 3 document, derived from the event catalog, the wire format and the choreography. */
export const asyncApiDocument = () => ({
  asyncapi: "3.1.0",
  info: {
    title: "Rushboard",
    version: "1",
    description:
      "Events about claims, orders, payments, seats and sales on Apache Kafka: one topic per event type, " +
      "CloudEvents 1.0 in binary mode. Delivery is at least once. Events with the same key stay in order. " +
      "Ignore unknown fields and types: later versions may add some. The messages named `….batch` are internal to the " +
      "service.",
    license: { name: "Apache-2.0", url: "https://www.apache.org/licenses/LICENSE-2.0" },
  },
  defaultContentType: "application/json",
  servers: {
    kafka: {
      host: "{broker}",
      protocol: "kafka",
      description: "The brokers of `KAFKA_BROKERS`.",
      variables: { broker: { default: "127.0.0.1:9092", description: "host:port" } },
    },
  },
  channels: byType(channel),
  operations: Object.fromEntries(
    eventFacts.flatMap((facts) => [[`send.${facts.type}`, sending(facts)], ...receptions(facts)]),
  ),
  components: {
    parameters: { prefix: { default: "", description: "`TOPIC_PREFIX`: prefix of the names of topics and groups." } },
    messages: Object.fromEntries(
      eventFacts.flatMap((facts) => [
        [facts.type, message(facts)],
        ...(facts.internal ? [[`${facts.type}.batch`, batchMessage(facts)]] : []),
      ]),
    ),
  },
});
