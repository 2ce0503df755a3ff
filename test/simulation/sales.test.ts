import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { closeDatabase, type Database, openDatabase } from "../../src/adapters/sql/database.js";
import { type BoardsUnderTest, openMemoryBoards, openRedisBoards } from "../contract/sales-board/boards-under-test.js";
import { startRedis } from "../support/backend-servers/redis.js";
import { backendUrls } from "../support/backends.js";
import { migrateForTest } from "../support/migrated-database.js";
import { addProducts, product } from "../support/order-data.js";
import { sizeOf } from "../support/test-size.js";
import { soldProducts } from "./sales-reports.js";
import { simulateSales } from "./sales-simulation.js";

/** `empty` returns empty boards for a seed. */
type Boards = { readonly empty: () => Promise<BoardsUnderTest>; readonly close: () => Promise<unknown> };

/** Starts a separate Redis, because other tests use the same all-time board. */
const openSeparateRedis = async (): Promise<Boards> => {
  const redis = await startRedis({ appendOnly: false });
  const boards = await openRedisBoards(redis.url);
  const empty = async () => {
    await boards.raw.flushall();
    return boards;
  };
  return { empty, close: async () => [await boards.close(), await redis.stop()] };
};

const backends = [
  {
    name: "memory",
    live: true,
    seeds: sizeOf({ short: 32, long: 100 }),
    open: async (): Promise<Boards> => ({ empty: async () => openMemoryBoards(), close: async () => {} }),
  },
  {
    name: "Redis",
    live: backendUrls.redis !== undefined,
    seeds: sizeOf({ short: 8, long: 20 }),
    open: openSeparateRedis,
  },
] as const;
const batch = 4;

/** Steps that the seeds together must reach; otherwise they test less than they claim. */
const requiredSteps = [
  ...["crash", "lose all boards", "lose a board", "redeliver", "691200000 ms pass"],
  ...["fill → done", "compare → done", "daily close → done", "close again → done"],
  ...[
    "recordSale.run response-lost",
    "recordSale.run crash-after",
    "bookSales.run unavailable",
    "bookSales.run response-lost",
  ],
  // Between the commit and the raise, in the middle of a fill, and in the middle of a daily close.
  ...["bookSales.run crash-after", "sales.totals crash-before", "board.raise unavailable", "board.raise crash-before"],
  ...["sales.soldAfter crash-before", "board.finishFill response-lost", "board.finishFill crash-before"],
  ...[
    "closeDay.run unavailable",
    "closeDay.run response-lost",
    "closeDay.run crash-after",
    "sales.soldOn crash-before",
  ],
];

for (const { name, live, seeds, open } of backends)
  describe.skipIf(!live)(`sales with crashes, lost boards and midnights, on ${name}`, () => {
    let db: Database;
    let boards: Boards;
    const reached = new Set<string>();
    beforeAll(async () => {
      boards = await open();
      db = openDatabase({ kind: "sqlite", file: ":memory:" });
      await migrateForTest(db);
      await addProducts(db, 0, ...soldProducts.map((id) => product(id)));
    });
    afterAll(async () => {
      await boards.close();
      await closeDatabase(db);
    });

    const batches = Array.from({ length: seeds / batch }, (_, n) => n * batch);
    // Proves: D1, D2, S2
    it.each(batches)(`are counted to the unit: ${batch} seeds from %i`, async (firstSeed) => {
      const broken: string[] = [];
      for (let seed = firstSeed; seed < firstSeed + batch; seed += 1) {
        const run = await simulateSales(db, await boards.empty(), seed);
        broken.push(...run.broken.map((promise) => `seed ${seed}: ${promise}`));
        for (const line of run.history) reached.add(line);
      }
      expect(broken).toEqual([]);
    });

    it.runIf(name === "memory")("reach all steps", () => {
      expect(requiredSteps.filter((step) => !reached.has(step))).toEqual([]);
    });

    it("have the same history when a seed runs twice", async () => {
      const first = await simulateSales(db, await boards.empty(), 0);
      const second = await simulateSales(db, await boards.empty(), 0);
      expect(second.history).toEqual(first.history);
      expect(first.history.length).toBeGreaterThan(300);
    });
  });
