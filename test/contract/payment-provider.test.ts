import { afterEach, describe, expect, it } from "vitest";
import { MemorySandboxBook } from "../../src/adapters/provider/memory-sandbox-book.js";
import type { Database } from "../../src/adapters/sql/database.js";
import { SqlSandboxBook } from "../../src/adapters/sql/sql-sandbox-book.js";
import type { SandboxBook } from "../../src/application/ports/sandbox-book.js";
import { openSqlBackends } from "../support/backends.js";
import { correctBook, type KnownWrongBook, knownWrongBooks } from "./payment-provider/known-wrong-books.js";
import { knownWrongProviders } from "./payment-provider/known-wrong-providers.js";
import type { Clauses } from "./payment-provider/provider-under-test.js";
import { refundClauses } from "./payment-provider/refund-clauses.js";
import { sandboxClauses } from "./payment-provider/sandbox-clauses.js";
import { type SandboxUnderTest, sandboxOn } from "./payment-provider/sandbox-under-test.js";
import { verdictClauses } from "./payment-provider/verdict-clauses.js";

/** What every provider guarantees, and what the sandbox guarantees in addition. */
const clauses: Clauses<SandboxUnderTest> = { ...verdictClauses, ...refundClauses, ...sandboxClauses };

const reject = (promise: string, under: SandboxUnderTest) => {
  const clause = clauses[promise];
  if (clause === undefined) throw new Error(`no clause: ${promise}`);
  return expect(clause(under)).rejects.toThrow();
};

describe("PaymentProvider: the sandbox with a book in memory", () => {
  for (const [promise, clause] of Object.entries(clauses))
    it(promise, () => clause(sandboxOn(new MemorySandboxBook())));
});

/** Removes the key that allows one verdict per payment. */
const dropKey = async ({ knex }: Database): Promise<void> => {
  await knex.schema.dropTable("sandbox_book");
  await knex.schema.createTable("sandbox_book", (table) => {
    table.string("payment_id", 64);
    table.string("verdict", 16);
    table.integer("captured");
    table.integer("refunded");
  });
};

/** Reads the verdict, and writes its own if there was none. */
const readsFirst = (db: Database): SandboxBook => {
  const right = new SqlSandboxBook(db);
  return {
    record: async ({ paymentId, verdict, amount }) => {
      const first = await db.knex("sandbox_book").where("payment_id", paymentId).first();
      if (first !== undefined) return first.verdict;
      const row = { payment_id: paymentId, verdict, captured: amount };
      await db.knex("sandbox_book").insert(row).onConflict("payment_id").merge();
      return verdict;
    },
    refund: (...refund) => right.refund(...refund),
    totals: () => right.totals(),
  };
};

for (const { name, live, open } of openSqlBackends())
  describe.skipIf(!live)(`PaymentProvider: the sandbox with a book on ${name}`, () => {
    let close = async () => {};
    afterEach(() => close());
    const opened = async () => {
      const under = await open();
      close = under.close;
      return under;
    };

    for (const [promise, clause] of Object.entries(clauses))
      it(promise, async () => {
        const { db, again } = await opened();
        // SQLite serves one node. Two in one process would wait for each other's transactions.
        const other = name === "mysql" ? again?.() : undefined;
        await clause(sandboxOn(new SqlSandboxBook(db), new SqlSandboxBook(other ?? db)));
      });

    it("differs from one whose table has no key", async () => {
      const { db } = await opened();
      await dropKey(db);
      await reject("captures a payment once when calls are concurrent", sandboxOn(new SqlSandboxBook(db)));
    });

    it("differs from one that reads first and writes later", async () => {
      const { db } = await opened();
      await reject("returns one verdict to concurrent captures, declines and voids", sandboxOn(readsFirst(db)));
    });
  });

describe("the suite of PaymentProvider rejects", () => {
  const rejectedBy: Readonly<Record<KnownWrongBook, string>> = {
    "keeps no verdict": "captures, and returns captured from then on",
    "lets a void overwrite a capture": "returns captured to the void of a captured payment, and changes nothing",
    "returns voided to every void": "returns captured to the void of a captured payment, and changes nothing",
    "does not record voids": "lets a void block every later capture",
    "lets a declined payment try again": "declines, and returns declined from then on",
    "lets a capture follow a void": "lets a void block every later capture",
    "reads first and writes later": "returns one verdict to concurrent captures, declines and voids",
    "has one book per node": "lets a void block every later capture",
    "ignores the case of ids": "distinguishes concurrent payments by every letter of their ids",
    "uses the first letters of an id": "distinguishes concurrent payments by every letter of their ids",
    "refunds on every call": "refunds once when the call is repeated",
    "accepts a refund of another amount": "keeps the first amount of a refund id: another amount is rejected",
    "refunds a payment that was not captured": "refunds only captured payments",
    "refunds more than was captured": "refunds no more than was captured, in all refunds of a payment together",
    "checks each refund alone": "refunds no more than was captured when refunds are concurrent",
    "refunds a payment once, under any refund id": "refunds equal parts of one payment under different ids",
    "shares refund ids between payments": "refunds payments independently of each other, also under one refund id",
  };
  for (const [fault, promise] of Object.entries(rejectedBy))
    it(`a book that ${fault}: ${promise}`, () => {
      const [here, there] = knownWrongBooks[fault as KnownWrongBook]();
      return reject(promise, sandboxOn(here, there));
    });

  for (const [fault, { breaks, make }] of Object.entries(knownWrongProviders))
    it(`a provider that ${fault}: ${breaks}`, () => {
      const under = sandboxOn(new MemorySandboxBook());
      return reject(breaks, { ...under, here: make(under.here), there: make(under.there) });
    });

  it("and accepts the correct book from which they are derived", async () => {
    for (const clause of Object.values(clauses)) await clause(sandboxOn(correctBook()));
  });
});
