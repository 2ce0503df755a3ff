import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { closeDatabase, type Database, openDatabase } from "../../src/adapters/sql/database.js";
import { migrateForTest } from "../support/migrated-database.js";
import { addProducts, product } from "../support/order-data.js";
import { boardsFor, controls } from "./known-wrong-sales.js";
import { soldProducts } from "./sales-reports.js";
import { simulateSales } from "./sales-simulation.js";

const maxSeeds = 600;

describe("a removed guard breaks a promise of sales", () => {
  let db: Database;
  beforeAll(async () => {
    db = openDatabase({ kind: "sqlite", file: ":memory:" });
    await migrateForTest(db);
    await addProducts(db, 0, ...soldProducts.map((id) => product(id)));
  });
  afterAll(() => closeDatabase(db));

  it.each(controls)("without $without: $breaks", async (control) => {
    const otherBroken = new Set<string>();
    for (let n = 0; n < maxSeeds; n += 1) {
      const seed = ((control.seed ?? 0) + n) % maxSeeds;
      const { broken } = await simulateSales(db, boardsFor(control), seed, control.wrong?.());
      if (broken.some((promise) => control.breaks.test(promise))) return;
      for (const promise of broken) otherBroken.add(promise);
    }
    expect.fail(`no seed of ${maxSeeds} broke it; broken were ${[...otherBroken].join("; ") || "no promises"}`);
  });
});
