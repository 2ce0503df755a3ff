import { afterEach, describe, expect, it } from "vitest";
import { SqlUnitOfWork } from "../../src/adapters/sql/sql-unit-of-work.js";
import { openSqlBackends } from "../support/backends.js";
import { clauses, type WorkUnderTest } from "./unit-of-work/clauses.js";
import { contentionClauses } from "./unit-of-work/contention-clauses.js";
import { committingEachStatement, unguardedCounter, withoutRetry } from "./unit-of-work/known-wrong-unit-of-work.js";

const all = { ...clauses, ...contentionClauses };

for (const { name, live, open } of openSqlBackends())
  describe.skipIf(!live)(`UnitOfWork on ${name}`, () => {
    let close = async () => {};
    afterEach(() => close());

    const underTest = async (): Promise<WorkUnderTest> => {
      const opened = await open();
      close = opened.close;
      let calls = 0;
      const work = new SqlUnitOfWork(opened.db, () => {
        calls += 1;
      });
      return { ...opened, work, commitsWithEvents: () => calls };
    };

    for (const [promise, clause] of Object.entries(all)) it(promise, async () => clause(await underTest()));

    it("rejects an implementation that commits each statement", async () => {
      const under = await underTest();
      const clause = clauses["rolls back everything if it fails, outbox rows included"];
      await expect(clause?.({ ...under, work: committingEachStatement(under.db) })).rejects.toThrow();
    });

    it.runIf(name === "mysql")("rejects an implementation that reads the counter before it writes", async () => {
      const under = await underTest();
      const clause = contentionClauses["never counts above the quantity, with any number of concurrent transactions"];
      await expect(clause?.({ ...under, work: unguardedCounter(under.db) })).rejects.toThrow();
    });

    it.runIf(name !== "sqlite memory")("rejects an implementation that does not retry after contention", async () => {
      const under = await underTest();
      const clause = contentionClauses["runs the whole work again after contention"];
      await expect(clause?.({ ...under, work: withoutRetry(under.db) })).rejects.toThrow();
    });
  });
