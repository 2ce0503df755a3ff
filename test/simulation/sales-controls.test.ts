import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { closeDatabase, type Database, openDatabase } from "../../src/adapters/sql/database.js";
import { migrate } from "../../src/adapters/sql/migrate.js";
import { addProducts, product } from "../support/order.js";
import { soldProducts } from "./sales-reports.js";
import { simulateSales } from "./sales-simulation.js";
import { boardsFor, controls } from "./sales-twins.js";

const mostSeeds = 600;

describe("without its guard, a promise of sales breaks", () => {
  let db: Database;
  beforeAll(async () => {
    db = openDatabase({ kind: "sqlite", file: ":memory:" });
    await migrate(db);
    await addProducts(db, 0, ...soldProducts.map((id) => product(id)));
  });
  afterAll(() => closeDatabase(db));

  it.each(controls)("$without → $breaks", async (control) => {
    const others = new Set<string>();
    for (let seed = 0; seed < mostSeeds; seed += 1) {
      const { broken } = await simulateSales(db, boardsFor(control), seed, control.twins?.());
      if (broken.some((promise) => control.breaks.test(promise))) return;
      for (const promise of broken) others.add(promise);
    }
    expect.fail(`${mostSeeds} seeds kept the promise; they broke only ${[...others].join("; ") || "nothing"}`);
  });
});
