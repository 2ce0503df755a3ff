import { afterEach, describe, expect, it } from "vitest";
import { backendUrls } from "../support/backends.js";
import { type BusUnderTest, memoryDeadLetters } from "./event-bus/bus-under-test.js";
import { clauses } from "./event-bus/clauses.js";
import { openKafkaUnderTest } from "./event-bus/kafka-under-test.js";
import { KnownWrongEventBus, type Mistake } from "./event-bus/known-wrong-event-bus.js";
import { openMemoryUnderTest } from "./event-bus/memory-under-test.js";
import { openMysqlUnderTest, openSqliteUnderTest } from "./event-bus/sql-under-test.js";

type Adapter = {
  readonly name: string;
  readonly live: boolean;
  readonly open: () => Promise<BusUnderTest & { close(): Promise<void> }>;
};

const { database, kafka } = backendUrls;

const adapters: readonly Adapter[] = [
  { name: "memory", live: true, open: openMemoryUnderTest },
  { name: "SQLite", live: true, open: openSqliteUnderTest },
  { name: "MySQL", live: database !== undefined, open: () => openMysqlUnderTest(database ?? "") },
  { name: "Kafka", live: kafka !== undefined, open: () => openKafkaUnderTest(kafka ?? "") },
];

for (const { name, live, open } of adapters)
  describe.skipIf(!live)(`EventBus on ${name}`, () => {
    let close = async () => {};
    afterEach(() => close());

    for (const [promise, clause] of Object.entries(clauses))
      it(promise, async () => {
        const under = await open();
        close = () => under.close();
        await clause(under);
      });
  });

describe("the contract of EventBus rejects a known-wrong implementation", () => {
  const caught: Readonly<Record<Mistake, readonly string[]>> = {
    "done-before-reacting": [
      "holds back only the key of a failing event",
      "waits as long as a backend is unavailable, without counting tries",
      "parks an event after 8 tries and continues with the next event of its key",
    ],
    // Negative control: P3, A1
    "one-bad-event-stops-its-group": [
      "holds back only the key of a failing event",
      "keeps a failing event from affecting other groups and other events of its batch",
      "parks an event after 8 tries and continues with the next event of its key",
      "survives reactions that throw errors which stop a kafkajs consumer",
    ],
    "retries-out-of-order": [
      "holds back only the key of a failing event",
      "parks an event after 8 tries and continues with the next event of its key",
    ],
  };
  for (const [mistake, broken] of Object.entries(caught))
    for (const promise of broken)
      it(`${mistake}: ${promise}`, async () => {
        const bus = new KnownWrongEventBus(mistake as Mistake);
        const under = { timeoutMs: 300, open: async () => bus, parked: async () => memoryDeadLetters().letters };
        const clause = clauses[promise];
        if (clause === undefined) throw new Error(`no clause ${promise}`);
        await expect(clause(under)).rejects.toThrow();
        await bus.stopConsuming();
      });
});
