import { afterAll, afterEach, beforeAll, describe, it } from "vitest";
import { backendUrls } from "../support/backends.js";
import { type KafkaServer, startKafka } from "../support/engines/kafka.js";
import { type MariaDbServer, startMariaDb } from "../support/engines/mariadb.js";
import { frozen, startsWithout, stopped } from "./event-bus/fault-clauses.js";
import { openKafkaUnderTest, quickTuning } from "./event-bus/kafka-under-test.js";
import { openMysqlUnderTest, quickJournal } from "./event-bus/sql-under-test.js";

const timeoutMs = 1_500;

describe.skipIf(backendUrls.kafka === undefined)("EventBus during an outage of Kafka", () => {
  let engine: KafkaServer;
  let close = async () => {};
  beforeAll(async () => {
    engine = await startKafka();
  });
  afterEach(() => close());
  afterAll(() => engine?.stop());

  const open = async () => {
    const under = await openKafkaUnderTest(engine.brokers, { ...quickTuning, sendTimeoutMs: timeoutMs });
    close = () => under.close();
    return under;
  };

  it("rejects publishers in time while the broker is frozen", async () => frozen(await open(), engine));
  it("recovers after the broker was stopped", async () => stopped(await open(), engine));
  it("starts while the broker is stopped", async () => startsWithout(await open(), engine));
});

describe.skipIf(backendUrls.database === undefined)("EventBus during an outage of MySQL", () => {
  let engine: MariaDbServer;
  let close = async () => {};
  beforeAll(async () => {
    engine = await startMariaDb();
  });
  afterEach(() => close());
  afterAll(() => engine?.stop());

  const open = async () => {
    const under = await openMysqlUnderTest(engine.url, { ...quickJournal, writeTimeoutMs: timeoutMs });
    close = () => under.close();
    return under;
  };

  it("rejects publishers in time while the server is frozen", async () => frozen(await open(), engine));
  it("recovers after the server was stopped", async () => stopped(await open(), engine));
});
