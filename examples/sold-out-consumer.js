// Tells every sell-out that Kafka carries, each once:
//   KAFKA_BROKERS=127.0.0.1:9092 node examples/sold-out-consumer.js
// For brokers with TLS or a login give `ssl` and `sasl` to `new Kafka`.
import { Kafka } from "kafkajs";

const { KAFKA_BROKERS = "127.0.0.1:9092", TOPIC_PREFIX = "" } = process.env;
const kafka = new Kafka({ clientId: "sold-out-consumer", brokers: KAFKA_BROKERS.split(",") });
// A group of one's own gets every event, whoever else reads along.
const consumer = kafka.consumer({ groupId: `${TOPIC_PREFIX}sold-out-consumer` });

/** The event in a message; `null` where there is none, for kafkajs gives up on a handler that throws over one. */
const decode = ({ headers, value }) => {
  try {
    return { id: headers.ce_id.toString(), data: JSON.parse(value.toString()) };
  } catch {
    return null;
  }
};

// Delivery is at least once. Whoever stores what came of an event stores its id with it.
const heard = new Set();

await consumer.connect();
await consumer.subscribe({ topics: [`${TOPIC_PREFIX}schedule.sold-out`], fromBeginning: true });
await consumer.run({
  eachMessage: async ({ message }) => {
    const event = decode(message);
    if (event === null || heard.has(event.id)) return;
    heard.add(event.id);
    const { scheduleId, seats, salesOpenAt, soldOutAt } = event.data;
    const seconds = (Date.parse(soldOutAt) - Date.parse(salesOpenAt)) / 1000;
    console.log(`${scheduleId}: ${seats} seats in ${seconds} s`);
  },
});
for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => consumer.disconnect());
