import { expect } from "vitest";
import { transact } from "../../src/adapters/sql/database.js";
import { SqlDeadLetters } from "../../src/adapters/sql/sql-dead-letters.js";
import { SqlSecrets } from "../../src/adapters/sql/sql-secrets.js";
import { deadLetterOf } from "../../src/application/dead-letter/dead-letter-of.js";
import type { DeadLetter } from "../../src/application/ports/dead-letters.js";
import { createEvent } from "../../src/domain/event.js";
import { type Clauses, contractOnDatabases } from "../support/contract-on-databases.js";
import { claim, manualClock, noon, rowsIn } from "../support/coupon-data.js";

const letter = (position: number, facts: Partial<DeadLetter> = {}): DeadLetter => ({
  ...deadLetterOf("stock", createEvent("coupon.requested", claim("a", position), noon), new Error("no"), 8),
  ...facts,
});

const clauses: Clauses<SqlDeadLetters> = {
  "store the complete event, and shorten error and type": async (letters, { db }) => {
    await letters.park([letter(1), letter(2, { error: "x".repeat(2000), type: "y".repeat(200) })]);
    await letters.park([]);
    const [first, second] = await db.knex("dead_letters").orderBy("id");
    expect(JSON.parse(first.event)).toEqual(createEvent("coupon.requested", claim("a", 1), noon));
    expect(first).toMatchObject({
      event_id: "coupon.requested:a-task-1",
      type: "coupon.requested",
      consumer_group: "stock",
      error: "Error: no",
      attempts: 8,
      parked_at: noon,
      replayed_at: null,
    });
    expect([second.error.length, second.type.length]).toEqual([500, 64]);
    expect(await letters.waiting()).toBe(2);
  },

  "store one row per group and event, with the facts of the last parking": async (letters, { db }) => {
    await letters.park([letter(1), letter(1, { attempts: 9 }), letter(1, { group: "settlement" })]);
    await db.knex("dead_letters").update({ replayed_at: noon });
    await letters.park([letter(1, { attempts: 10, error: "again" })]);
    const rows = await db.knex("dead_letters").orderBy("consumer_group").select("attempts", "error", "replayed_at");
    expect(rows).toEqual([
      { attempts: 8, error: "Error: no", replayed_at: noon },
      { attempts: 10, error: "again", replayed_at: null },
    ]);
  },

  "store text that is not an event, one row per text": async (letters, { db }) => {
    const texts = ["{", "\u0000\ud83c\udf9f", "[]", '{"id":5}', `{"id":"${"z".repeat(300)}"}`, "x".repeat(70_000)];
    const undecodable = texts.map((event) => letter(1, { event, attempts: 0 }));
    await letters.park(undecodable);
    await letters.park(undecodable);
    expect(await db.knex("dead_letters").orderBy("id").pluck("event")).toEqual(
      texts.map((text) => text.replace("\0", "\uFFFD")),
    );
  },

  "disappear when the transaction that parks them rolls back": async (letters, { db }) => {
    const parking = transact(db, async (trx) => {
      await letters.parkIn(trx, [letter(1)]);
      throw new Error("rolled back");
    });
    await expect(parking).rejects.toThrow("rolled back");
    expect(await rowsIn(db, "dead_letters")).toBe(0);
  },
};

/** Stores a new row at every parking. */
class WithoutIdentity extends SqlDeadLetters {
  private parked = 0;
  override park(letters: readonly DeadLetter[]) {
    return super.park(
      letters.map((each) => {
        this.parked += 1;
        return { ...each, event: each.event.replace('"id":"', `"id":"${this.parked}-`) };
      }),
    );
  }
}

contractOnDatabases("DeadLetters", (db) => new SqlDeadLetters(db, manualClock()), clauses, [
  {
    wrong: "stores a new row at every parking",
    breaks: "store one row per group and event, with the facts of the last parking",
    make: (db) => new WithoutIdentity(db, manualClock()),
  },
]);

const secretClauses: Clauses<Pick<SqlSecrets, "readOrCreate">> = {
  "are the same for callers that create them at the same time": async (secrets) => {
    let made = 0;
    const read = () =>
      secrets.readOrCreate("tickets", () => {
        made += 1;
        return `key-${made}`;
      });
    const values = await Promise.all(Array.from({ length: 8 }, read));
    expect(new Set(values).size).toBe(1);
    expect(await read()).toBe(values[0]);
    expect(await secrets.readOrCreate("other", () => "other")).toBe("other");
  },
};

contractOnDatabases("Secrets", (db) => new SqlSecrets(db), secretClauses, [
  {
    wrong: "overwrites the first value",
    breaks: "are the same for callers that create them at the same time",
    make: (db) => ({
      readOrCreate: async (name, make) => {
        const known = await db.knex("secrets").where({ name }).first();
        if (known !== undefined) return known.secret_value;
        const made = make();
        await db.knex("secrets").insert({ name, secret_value: made }).onConflict("name").merge();
        return made;
      },
    }),
  },
]);
