import { afterAll, afterEach, beforeAll, describe, it } from "vitest";
import { engines } from "../support/backends.js";
import { type KafkaEngine, startKafka } from "../support/engines/kafka.js";
import { type MariaDbEngine, startMariaDb } from "../support/engines/mariadb.js";
import { frozen, startsWithout, stopped } from "./event-bus/fault-clauses.js";
import { openKafkaUnderTest, quickTuning } from "./event-bus/kafka-under-test.js";
import { openMysqlUnderTest, quickJournal } from "./event-bus/sql-under-test.js";

const deadlineMs = 1_500;

describe.skipIf(engines.kafka === undefined)("EventBus on a Kafka that goes away", () => {
  let engine: KafkaEngine;
  let close = async () => {};
  beforeAll(async () => {
    engine = await startKafka();
  });
  afterEach(() => close());
  afterAll(() => engine?.stop());

  const open = async () => {
    const under = await openKafkaUnderTest(engine.brokers, { ...quickTuning, sendTimeoutMs: deadlineMs });
    close = () => under.close();
    return under;
  };

  it("tells publishers in time while the broker is frozen", async () => frozen(await open(), engine));
  it("comes back after the broker was stopped", async () => stopped(await open(), engine));
  it("starts without a broker", async () => startsWithout(await open(), engine));
});

describe.skipIf(engines.database === undefined)("EventBus on a MySQL that goes away", () => {
  let engine: MariaDbEngine;
  let close = async () => {};
  beforeAll(async () => {
    engine = await startMariaDb();
  });
  afterEach(() => close());
  afterAll(() => engine?.stop());

  const open = async () => {
    const under = await openMysqlUnderTest(engine.url, { ...quickJournal, writeTimeoutMs: deadlineMs });
    close = () => under.close();
    return under;
  };

  it("tells publishers in time while the server is frozen", async () => frozen(await open(), engine));
  it("comes back after the server was stopped", async () => stopped(await open(), engine));
});
