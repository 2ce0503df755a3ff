import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { join } from "node:path";
import { Kafka, logLevel } from "kafkajs";
import { describe, expect, it, onTestFinished } from "vitest";
import { KafkaEventBus } from "../../src/adapters/kafka/kafka-event-bus.js";
import { encodeMessage } from "../../src/adapters/kafka/wire-format.js";
import { systemTimers } from "../../src/adapters/system/system-timers.js";
import type { ConcertId, ScheduleId } from "../../src/domain/ids.js";
import { scheduleSoldOut } from "../../src/domain/sold-out.js";
import type { EpochMs } from "../../src/domain/time.js";
import { root } from "../architecture/source-files.js";
import { spawnBound } from "../support/backend-servers/child-process.js";
import { backendUrls } from "../support/backends.js";
import { memoryPostponedEvents } from "../support/memory-postponed-events.js";

const soldOut = (scheduleId: string, seconds: number) =>
  scheduleSoldOut({
    concertId: "moon" as ConcertId,
    scheduleId: scheduleId as ScheduleId,
    seats: 500,
    salesOpenAt: 0 as EpochMs,
    soldOutAt: (seconds * 1000) as EpochMs,
  });

/** Starts the example. Returns the process and the lines that it printed. */
const start = (brokers: string, prefix: string) => {
  const child = spawnBound([process.execPath, join(root, "examples/sold-out-consumer.js")], {
    stdio: ["ignore", "pipe", "ignore"],
    env: { ...process.env, KAFKA_BROKERS: brokers, TOPIC_PREFIX: prefix },
  });
  let output = "";
  child.stdout?.setEncoding("utf8").on("data", (text: string) => {
    output += text;
  });
  // Lines of JSON are log lines of kafkajs.
  return { child, printed: () => output.split("\n").filter((line) => line !== "" && !line.startsWith("{")) };
};

describe.skipIf(backendUrls.kafka === undefined)("the example consumer", () => {
  const brokers = backendUrls.kafka ?? "";

  it("prints each sell-out once, including earlier ones, ignores invalid messages, and stops on SIGTERM", async () => {
    const prefix = `x${randomUUID().slice(0, 8)}.`;
    const options = {
      brokers: brokers.split(","),
      topicPrefix: prefix,
      partitions: 1,
      replication: 1,
      clientId: "test",
    };
    const bus = new KafkaEventBus(
      options,
      { deadLetters: { park: async () => {} }, postponed: memoryPostponedEvents() },
      systemTimers,
    );
    const producer = new Kafka({ brokers: options.brokers, logLevel: logLevel.NOTHING }).producer();
    onTestFinished(async () => {
      await producer.disconnect();
      await bus.stop();
    });
    await bus.start();
    await bus.publish([soldOut("fri", 42.5), soldOut("fri", 42.5)]);
    await producer.connect();
    const message = encodeMessage(soldOut("poison", 1));
    await producer.send({
      topic: `${prefix}schedule.sold-out`,
      messages: [{ value: "no JSON" }, { ...message, value: "{" }, { ...message, value: null }],
    });

    const { child, printed } = start(brokers, prefix);
    const ended = once(child, "exit");
    await expect.poll(printed, { interval: 100 }).toEqual(["fri: 500 seats in 42.5 s"]);
    await bus.publish([soldOut("fri", 42.5), soldOut("sat", 3)]);
    const both = ["fri: 500 seats in 42.5 s", "sat: 500 seats in 3 s"];
    await expect.poll(printed, { interval: 100 }).toEqual(both);
    child.kill("SIGTERM");
    expect(await ended).toEqual([0, null]);
    expect(printed()).toEqual(both);
  });
});
