// Prints every sell-out from Kafka once:
//   KAFKA_BROKERS=127.0.0.1:9092 node examples/sold-out-consumer.js
// For brokers with TLS or a login, pass `ssl` and `sasl` to `new Kafka`.
import { Kafka } from "kafkajs";

const { KAFKA_BROKERS = "127.0.0.1:9092", TOPIC_PREFIX = "" } = process.env;
const kafka = new Kafka({ clientId: "sold-out-consumer", brokers: KAFKA_BROKERS.split(",") });
// A separate consumer group receives every event, independent of other groups.
const consumer = kafka.consumer({ groupId: `${TOPIC_PREFIX}sold-out-consumer` });

/** Returns the event in a message, or `null` if it cannot be decoded: kafkajs stops a consumer whose handler throws. */
const decode = ({ headers, value }) => {
  try {
    return { id: headers.ce_id.toString(), data: JSON.parse(value.toString()) };
  } catch {
    return null;
  }
};

// Delivery is at least once. If you store the result of an event, store its id in the same transaction.
const processed = new Set();

await consumer.connect();
await consumer.subscribe({ topics: [`${TOPIC_PREFIX}schedule.sold-out`], fromBeginning: true });
await consumer.run({
  eachMessage: async ({ message }) => {
    const event = decode(message);
    if (event === null || processed.has(event.id)) return;
    processed.add(event.id);
    const { scheduleId, seats, salesOpenAt, soldOutAt } = event.data;
    const seconds = (Date.parse(soldOutAt) - Date.parse(salesOpenAt)) / 1000;
    console.log(`${scheduleId}: ${seats} seats in ${seconds} s`);
  },
});
for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => consumer.disconnect());
