import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { closeDatabase, type Database, openDatabase } from "../../src/adapters/sql/database.js";
import { migrate } from "../../src/adapters/sql/migrate.js";
import { type BoardsUnderTest, openMemoryBoards, openRedisBoards } from "../contract/sales-board/boards-under-test.js";
import { engines } from "../support/backends.js";
import { startRedis } from "../support/engines/redis.js";
import { addProducts, product } from "../support/order.js";
import { sizeOf } from "../support/test-size.js";
import { soldProducts } from "./sales-reports.js";
import { simulateSales } from "./sales-simulation.js";

/** Boards that hold nothing yet, for each seed. */
type Boards = { readonly fresh: () => Promise<BoardsUnderTest>; readonly close: () => Promise<unknown> };

/** A Redis of its own: the board of all time is one, and other suites have theirs. */
const openRedisOfOnesOwn = async (): Promise<Boards> => {
  const redis = await startRedis({ appendOnly: false });
  const under = await openRedisBoards(redis.url);
  const fresh = async () => {
    await under.raw.flushall();
    return under;
  };
  return { fresh, close: async () => [await under.close(), await redis.stop()] };
};

const backends = [
  {
    name: "memory",
    live: true,
    seeds: sizeOf({ short: 40, long: 100 }),
    open: async (): Promise<Boards> => ({ fresh: async () => openMemoryBoards(), close: async () => {} }),
  },
  { name: "Redis", live: engines.redis !== undefined, seeds: 20, open: openRedisOfOnesOwn },
] as const;
const batch = 20;

/** What the seeds must meet between them, or they prove less than they claim. */
const mustBeMet = [
  ...["crash", "flush", "lose a board", "bring back", "691200000 ms pass"],
  ...["fill → done", "slice → done", "night → done", "sync → done"],
  ...["recordSale.run unheard", "recordSale.run dies-after", "bookSales.run refused", "bookSales.run unheard"],
  // Between the commit and the raise, in the middle of a fill, and of a night.
  ...["bookSales.run dies-after", "sales.totals dies-before", "board.raise refused", "board.raise dies-before"],
  ...["sales.soldAfter dies-before", "board.finishFill unheard", "board.finishFill dies-before"],
  ...["closeDay.run refused", "closeDay.run unheard", "closeDay.run dies-after", "sales.soldOn dies-before"],
];

for (const { name, live, seeds, open } of backends)
  describe.skipIf(!live)(`sales under crashes, losses and midnights, on ${name}`, () => {
    let db: Database;
    let boards: Boards;
    const met = new Set<string>();
    beforeAll(async () => {
      boards = await open();
      db = openDatabase({ kind: "sqlite", file: ":memory:" });
      await migrate(db);
      await addProducts(db, 0, ...soldProducts.map((id) => product(id)));
    });
    afterAll(async () => {
      await boards.close();
      await closeDatabase(db);
    });

    const starts = Array.from({ length: seeds / batch }, (_, n) => n * batch);
    // Proves: D1, D2, S2
    it.each(starts)(`are counted to the unit: ${batch} seeds from %i`, async (first) => {
      const broken: string[] = [];
      for (let seed = first; seed < first + batch; seed += 1) {
        const run = await simulateSales(db, await boards.fresh(), seed);
        broken.push(...run.broken.map((promise) => `seed ${seed}: ${promise}`));
        for (const line of run.history) met.add(line);
      }
      expect(broken).toEqual([]);
    });

    it.runIf(name === "memory")("met between them all that may happen", () => {
      expect(mustBeMet.filter((happening) => !met.has(happening))).toEqual([]);
    });

    it("happen alike, line by line, when a seed runs again", async () => {
      for (const seed of [0, 1, 2]) {
        const first = await simulateSales(db, await boards.fresh(), seed);
        const again = await simulateSales(db, await boards.fresh(), seed);
        expect(again.history).toEqual(first.history);
        expect(first.history.length).toBeGreaterThan(300);
      }
    });
  });
