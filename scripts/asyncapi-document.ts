import { encodeMessage } from "../src/adapters/kafka/wire-format.js";
import { groupSummaries } from "../src/application/choreography.js";
import { type EventFacts, eventFacts } from "./event-facts.js";

const at = (...steps: readonly string[]) => ({ $ref: `#/${steps.join("/")}` });
const kafka = (facts: object) => ({ kafka: { ...facts, bindingVersion: "0.5.0" } });
const prefix = at("components", "parameters", "prefix");

const channel = ({ type, summary }: EventFacts) => ({
  address: `{prefix}${type}`,
  description: summary,
  messages: { event: at("components", "messages", type) },
  parameters: { prefix },
});

const message = ({ type, summary, keyFields, payload, headers, example }: EventFacts) => {
  const encoded = encodeMessage(example);
  const key = `\`${keyFields.join("`, else `")}\` of the payload. Events with the same key stay in order.`;
  return {
    name: type,
    title: type,
    summary,
    contentType: "application/json",
    headers,
    payload,
    bindings: kafka({ key: { type: "string", description: key } }),
    examples: [{ headers: encoded.headers, payload: example.data }],
  };
};

const sending = ({ type }: EventFacts) => ({
  action: "send",
  channel: at("channels", type),
  summary: "Sent after the transaction that it reports is committed, at least once.",
  messages: [at("channels", type, "messages", "event")],
});

const receptions = ({ type, groups }: EventFacts) =>
  groups.map((group) => [
    `${group}.${type}`,
    {
      action: "receive",
      channel: at("channels", type),
      summary: `The group ${group} ${groupSummaries[group]}.`,
      messages: [at("channels", type, "messages", "event")],
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
      "Ignore unknown fields and types: later versions may add some.",
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
    messages: byType(message),
  },
});
