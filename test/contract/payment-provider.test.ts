import { afterEach, describe, expect, it } from "vitest";
import { MemorySandboxBook } from "../../src/adapters/provider/memory-sandbox-book.js";
import type { Database } from "../../src/adapters/sql/database.js";
import { SqlSandboxBook } from "../../src/adapters/sql/sql-sandbox-book.js";
import type { SandboxBook } from "../../src/application/ports/sandbox-book.js";
import { openSqlBackends } from "../support/backends.js";
import { type CarelessBook, carefulBook, carelessBooks } from "./payment-provider/careless-books.js";
import { carelessProviders } from "./payment-provider/careless-providers.js";
import { type Clauses, type SandboxUnderTest, sandboxOn } from "./payment-provider/provider-under-test.js";
import { refundClauses } from "./payment-provider/refund-clauses.js";
import { sandboxClauses } from "./payment-provider/sandbox-clauses.js";
import { verdictClauses } from "./payment-provider/verdict-clauses.js";

/** What every provider keeps, and what the sandbox keeps besides. */
const clauses: Clauses<SandboxUnderTest> = { ...verdictClauses, ...refundClauses, ...sandboxClauses };

const rejected = (promise: string, under: SandboxUnderTest) => {
  const clause = clauses[promise];
  if (clause === undefined) throw new Error(`no clause: ${promise}`);
  return expect(clause(under)).rejects.toThrow();
};

describe("PaymentProvider: the sandbox with a book in memory", () => {
  for (const [promise, clause] of Object.entries(clauses))
    it(promise, () => clause(sandboxOn(new MemorySandboxBook())));
});

/** The table without the key that lets one verdict in. */
const withoutKey = async ({ knex }: Database): Promise<void> => {
  await knex.schema.dropTable("sandbox_book");
  await knex.schema.createTable("sandbox_book", (table) => {
    table.string("payment_id", 64);
    table.string("verdict", 16);
    table.integer("captured");
    table.integer("refunded");
  });
};

/** Looks for a verdict, and enters its own where it saw none. */
const looksFirst = (db: Database): SandboxBook => {
  const right = new SqlSandboxBook(db);
  return {
    record: async ({ paymentId, verdict, amount }) => {
      const first = await db.knex("sandbox_book").where("payment_id", paymentId).first();
      if (first !== undefined) return first.verdict;
      const row = { payment_id: paymentId, verdict, captured: amount };
      await db.knex("sandbox_book").insert(row).onConflict("payment_id").merge();
      return verdict;
    },
    refund: (paymentId, amount) => right.refund(paymentId, amount),
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
        // SQLite serves one node only: two in one process would wait for each other's transactions.
        const other = name === "mysql" ? again?.() : undefined;
        await clause(sandboxOn(new SqlSandboxBook(db), new SqlSandboxBook(other ?? db)));
      });

    it("is told from one whose table has no key", async () => {
      const { db } = await opened();
      await withoutKey(db);
      await rejected("captures a payment once, however many ask at once", sandboxOn(new SqlSandboxBook(db)));
    });

    it("is told from one that looks first and writes then", async () => {
      const { db } = await opened();
      await rejected("lets one of captured, declined and voided win, however they meet", sandboxOn(looksFirst(db)));
    });
  });

describe("the suite of PaymentProvider rejects", () => {
  const caught: Readonly<Record<CarelessBook, string>> = {
    "forgets every verdict": "captures, and answers it for ever",
    "lets a void write over a capture": "answers captured to the void of a captured payment, and changes nothing",
    "answers voided to every void": "answers captured to the void of a captured payment, and changes nothing",
    "does not remember voids": "lets a void bar every later capture",
    "lets a declined payment try again": "declines, and answers it for ever",
    "lets a capture follow a void": "lets a void bar every later capture",
    "looks first and writes then": "lets one of captured, declined and voided win, however they meet",
    "is another in every node": "lets a void bar every later capture",
    "takes two letters for one": "tells payments apart, many at once, by every letter of their ids",
    "keeps the first letters of an id": "tells payments apart, many at once, by every letter of their ids",
    "refunds whenever it is asked": "refunds once, however often it is asked",
    "says that it has another refund": "gives one refund a payment: another amount is refused",
    "refunds what was not captured": "refunds only what was captured",
    "refunds more than was captured": "refunds no more than was captured",
  };
  for (const [carelessness, promise] of Object.entries(caught))
    it(`a book that ${carelessness}: ${promise}`, () => {
      const [here, there] = carelessBooks[carelessness as CarelessBook]();
      return rejected(promise, sandboxOn(here, there));
    });

  for (const [carelessness, { breaks, make }] of Object.entries(carelessProviders))
    it(`a provider that ${carelessness}: ${breaks}`, () => {
      const under = sandboxOn(new MemorySandboxBook());
      return rejected(breaks, { ...under, here: make(under.here), there: make(under.there) });
    });

  it("nothing of the twins but their carelessness", async () => {
    for (const clause of Object.values(clauses)) await clause(sandboxOn(carefulBook()));
  });
});
