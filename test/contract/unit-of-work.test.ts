import { afterEach, describe, expect, it } from "vitest";
import { SqlUnitOfWork } from "../../src/adapters/sql/sql-unit-of-work.js";
import { openSqlBackends } from "../support/backends.js";
import { forgetfulTransactions, unguardedCounter, unretriedTransactions } from "./unit-of-work/careless-work.js";
import { clauses, type WorkUnderTest } from "./unit-of-work/clauses.js";
import { contentionClauses } from "./unit-of-work/contention-clauses.js";

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
      return { ...opened, work, eventCalls: () => calls };
    };

    for (const [promise, clause] of Object.entries(all)) it(promise, async () => clause(await underTest()));

    it("is told from one that commits as it goes", async () => {
      const under = await underTest();
      const clause = clauses["leaves nothing when it fails, not even outbox rows"];
      await expect(clause?.({ ...under, work: forgetfulTransactions(under.db) })).rejects.toThrow();
    });

    it.runIf(name === "mysql")("is told from one that counts first and writes then", async () => {
      const under = await underTest();
      const clause = contentionClauses["never counts past the quantity, however many count at once"];
      await expect(clause?.({ ...under, work: unguardedCounter(under.db) })).rejects.toThrow();
    });

    it.runIf(name !== "sqlite memory")("is told from one that gives up where another was in the way", async () => {
      const under = await underTest();
      const clause = contentionClauses["runs the whole of it again where another transaction was in the way"];
      await expect(clause?.({ ...under, work: unretriedTransactions(under.db) })).rejects.toThrow();
    });
  });
