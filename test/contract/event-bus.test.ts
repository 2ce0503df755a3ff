import { afterEach, describe, expect, it } from "vitest";
import { engines } from "../support/backends.js";
import { type BusUnderTest, rememberDeadLetters } from "./event-bus/bus-under-test.js";
import { CarelessBus, type Carelessness } from "./event-bus/careless-bus.js";
import { clauses } from "./event-bus/clauses.js";
import { openKafkaUnderTest } from "./event-bus/kafka-under-test.js";
import { openMemoryUnderTest } from "./event-bus/memory-under-test.js";
import { openMysqlUnderTest, openSqliteUnderTest } from "./event-bus/sql-under-test.js";

type Adapter = {
  readonly name: string;
  readonly live: boolean;
  readonly open: () => Promise<BusUnderTest & { close(): Promise<void> }>;
};

const { database, kafka } = engines;

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

describe("the suite rejects a bus that is wrong in a usual way", () => {
  const caught: Readonly<Record<Carelessness, readonly string[]>> = {
    "done-before-reacting": [
      "lets a failing event hold back its own key only",
      "waits for an engine for as long as it takes, and counts no try",
      "parks an event after 8 tries, and goes on with the next of its key",
    ],
    // Negative control: P3
    "one-bad-event-stops-its-group": [
      "lets a failing event hold back its own key only",
      "keeps one group's failure from the others and from its own neighbours",
      "parks an event after 8 tries, and goes on with the next of its key",
      "survives a reaction that throws what kills a careless consumer",
    ],
    "retries-out-of-order": [
      "lets a failing event hold back its own key only",
      "parks an event after 8 tries, and goes on with the next of its key",
    ],
  };
  for (const [carelessness, broken] of Object.entries(caught))
    for (const promise of broken)
      it(`${carelessness}: ${promise}`, async () => {
        const bus = new CarelessBus(carelessness as Carelessness);
        const under = { patienceMs: 300, open: async () => bus, parked: async () => rememberDeadLetters().letters };
        const clause = clauses[promise];
        if (clause === undefined) throw new Error(`no clause ${promise}`);
        await expect(clause(under)).rejects.toThrow();
        await bus.stopConsuming();
      });
});
