import { afterAll, afterEach, beforeAll, describe, it } from "vitest";
import { type KafkaServer, startKafka } from "../support/backend-servers/kafka.js";
import { type MariaDbServer, startMariaDb } from "../support/backend-servers/mariadb.js";
import { backendUrls } from "../support/backends.js";
import { frozen, startsWithout, stopped } from "./event-bus/fault-clauses.js";
import { openKafkaUnderTest, quickTuning } from "./event-bus/kafka-under-test.js";
import { openMysqlUnderTest, quickJournal } from "./event-bus/sql-under-test.js";

const timeoutMs = 1_500;

describe.skipIf(backendUrls.kafka === undefined)("EventBus during an outage of Kafka", () => {
  let server: KafkaServer;
  let close = async () => {};
  beforeAll(async () => {
    server = await startKafka();
  });
  afterEach(() => close());
  afterAll(() => server?.stop());

  const open = async () => {
    const under = await openKafkaUnderTest(server.brokers, { ...quickTuning, sendTimeoutMs: timeoutMs });
    close = () => under.close();
    return under;
  };

  it("rejects publishers in time while the broker is frozen", async () => frozen(await open(), server));
  it("recovers after the broker was stopped", async () => stopped(await open(), server));
  it("starts while the broker is stopped", async () => startsWithout(await open(), server));
});

describe.skipIf(backendUrls.database === undefined)("EventBus during an outage of MySQL", () => {
  let server: MariaDbServer;
  let close = async () => {};
  beforeAll(async () => {
    server = await startMariaDb();
  });
  afterEach(() => close());
  afterAll(() => server?.stop());

  const open = async () => {
    const under = await openMysqlUnderTest(server.url, { ...quickJournal, writeTimeoutMs: timeoutMs });
    close = () => under.close();
    return under;
  };

  it("rejects publishers in time while the server is frozen", async () => frozen(await open(), server));
  it("recovers after the server was stopped", async () => stopped(await open(), server));
});
