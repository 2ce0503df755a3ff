import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { closeDatabase, type Database, openDatabase } from "../../src/adapters/sql/database.js";
import { migrate } from "../../src/adapters/sql/migrate.js";
import { simulateOrders } from "./order-simulation.js";
import { controls } from "./order-twins.js";

const mostSeeds = 300;

describe("without its guard, a promise breaks", () => {
  let db: Database;
  beforeAll(async () => {
    db = openDatabase({ kind: "sqlite", file: ":memory:" });
    await migrate(db);
  });
  afterAll(() => closeDatabase(db));

  it.each(controls)("$without → $breaks", { timeout: 120_000 }, async ({ breaks, twins }) => {
    const others = new Set<string>();
    for (let seed = 0; seed < mostSeeds; seed += 1) {
      const { broken } = await simulateOrders(db, seed, twins);
      if (broken.some((promise) => breaks.test(promise))) return;
      for (const promise of broken) others.add(promise);
    }
    expect.fail(`${mostSeeds} seeds kept the promise; they broke only ${[...others].join("; ") || "nothing"}`);
  });
});
