import { encodeMessage } from "../src/adapters/kafka/wire-format.js";
import { type EventFacts, eventFacts } from "./event-facts.js";
import { groupMeanings } from "./event-schemas.js";

const at = (...steps: readonly string[]) => ({ $ref: `#/${steps.join("/")}` });
const kafka = (facts: object) => ({ kafka: { ...facts, bindingVersion: "0.5.0" } });
const prefix = at("components", "parameters", "prefix");

const channel = ({ type, meaning }: EventFacts) => ({
  address: `{prefix}${type}`,
  description: meaning,
  messages: { event: at("components", "messages", type) },
  parameters: { prefix },
});

const message = ({ type, meaning, keyFields, payload, headers, sample }: EventFacts) => {
  const encoded = encodeMessage(sample);
  const key = `\`${keyFields.join("`, else `")}\` of the payload; a key's events come in order.`;
  return {
    name: type,
    title: type,
    summary: meaning,
    contentType: "application/json",
    headers,
    payload,
    bindings: kafka({ key: { type: "string", description: key } }),
    examples: [{ headers: encoded.headers, payload: sample.data }],
  };
};

const sending = ({ type }: EventFacts) => ({
  action: "send",
  channel: at("channels", type),
  summary: "Sent after the commit of what it tells; it may come again.",
  messages: [at("channels", type, "messages", "event")],
});

const receptions = ({ type, groups }: EventFacts) =>
  groups.map((group) => [
    `${group}.${type}`,
    {
      action: "receive",
      channel: at("channels", type),
      summary: `The group ${group} ${groupMeanings[group]}.`,
      messages: [at("channels", type, "messages", "event")],
      bindings: kafka({ groupId: { type: "string", pattern: `^[A-Za-z0-9._-]{0,100}rushboard\\.${group}$` } }),
    },
  ]);

const byType = (describe: (facts: EventFacts) => object) =>
  Object.fromEntries(eventFacts.map((facts) => [facts.type, describe(facts)]));

/** The AsyncAPI 3 document of every event, made of the event types, the wire format and the choreography. */
export const asyncApiDocument = () => ({
  asyncapi: "3.1.0",
  info: {
    title: "Rushboard",
    version: "1",
    description:
      "What happens to claims, orders, payments, seats and sales, told through Apache Kafka: a topic an event type, " +
      "CloudEvents 1.0 in binary mode. Delivery is at least once; events of one key come in order. Unknown fields " +
      "and types are to be passed over, for later versions may bring some.",
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
    parameters: { prefix: { default: "", description: "`TOPIC_PREFIX`, before the names of topics and groups." } },
    messages: byType(message),
  },
});
