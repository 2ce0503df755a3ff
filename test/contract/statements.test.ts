import { inspect } from "node:util";
import { afterEach, describe, expect, it, onTestFinished } from "vitest";
import { type Database, transact } from "../../src/adapters/sql/database.js";
import { insertRows } from "../../src/adapters/sql/insert-rows.js";
import { changeRows, selectRows } from "../../src/adapters/sql/statements.js";
import type { Statements } from "../../src/adapters/sql/transaction.js";
import { openSqlBackends, type SqlBackend } from "../support/backends.js";
import { coupon, openCoupons, rowsIn } from "../support/coupon-data.js";

const written = async ({ knex }: Database): Promise<readonly (readonly string[])[]> => {
  const rows = await knex("secrets").select("name", "secret_value");
  const order = (name: string) => Number(name.slice(1));
  return rows.sort((a, b) => order(a.name) - order(b.name)).map(({ name, secret_value }) => [name, secret_value]);
};

for (const { name, live, open } of openSqlBackends())
  describe.skipIf(!live)(`SQL text on ${name}`, () => {
    let close = async () => {};
    afterEach(() => close());
    // Text that knex, the driver or the server could mistake for a placeholder, an escape or the end of a string.
    const texts = [
      ...[
        "?",
        "\\?",
        "\\\\?",
        "??",
        ":name",
        "\\",
        "\\\\",
        "\\'",
        "''",
        "'",
        '"',
        "`",
        "%_",
        "--",
        "/*",
        ";",
        "$1",
        "@a",
      ],
      ...["\n\r\t\b\u001a", "\\n", "\\0", " a ", "é한🎟️\u200d", "', 1), ('x", "NULL", "0x41", "1e3", ""],
    ];

    it("keeps every character of its values", async () => {
      const under = await open();
      close = under.close;
      const { db } = under;
      // SQLite's driver reads text up to the first NUL. JSON, names and ids contain none.
      const all = db.dialect.name === "mysql" ? [...texts, "a\0b", "\0", "\\\0?"] : texts;
      const rows = [...all, all.join("")].map((text, index) => [`s${index}`, text]);
      await transact(db, (trx) => insertRows(trx, "secrets", ["name", "secret_value"], rows));
      expect(await written(db)).toEqual(rows);
      const other = rows.map(([id, text]) => [id ?? "", `${text}?\\`]);
      const onName = { unique: "name", overwrite: ["secret_value"] };
      await transact(db, (trx) => insertRows(trx, "secrets", ["name", "secret_value"], other, onName));
      expect(await written(db)).toEqual(other);
    });

    it("keeps numbers and nulls", async () => {
      const under = await open();
      close = under.close;
      const { db } = under;
      await openCoupons(db, coupon("a"));
      const columns = ["task_id", "coupon_id", "user_id", "position", "status", "live", "created_at"];
      const row = ["t", "a", "o'\\?\"", 1, "failed", null, Number.MAX_SAFE_INTEGER];
      await transact(db, (trx) => insertRows(trx, "coupon_claims", columns, [row]));
      const [found] = await db.knex("coupon_claims").select(columns);
      expect(columns.map((column) => found[column])).toEqual(row);
    });

    it("finds and changes rows by a value or a list of values", async () => {
      const under = await open();
      close = under.close;
      const { db } = under;
      const rows = texts.map((text, index) => [text, `${index}`]);
      await transact(db, (trx) => insertRows(trx, "secrets", ["name", "secret_value"], rows));
      const named = (trx: Statements, names: readonly string[], values: readonly string[]) =>
        selectRows<{ name: string }>(
          trx,
          "SELECT name FROM secrets WHERE name IN (?) AND secret_value IN (?) ORDER BY secret_value",
          [names, values],
        );
      await transact(db, async (trx) => {
        for (const [n, text] of texts.entries()) expect(await named(trx, [text], [`${n}`])).toEqual([{ name: text }]);
        expect(await named(trx, texts, ["?", "4", "'"])).toEqual([{ name: texts[4] }]);
        expect(await named(trx, [], ["4"])).toEqual([]);
        expect(await named(trx, texts, [])).toEqual([]);
        const change = "UPDATE secrets SET secret_value = ? WHERE name IN (?)";
        expect(await changeRows(trx, change, ["\\?'", texts])).toBe(texts.length);
        // Matching rows count, even if they do not change.
        expect(await changeRows(trx, change, ["\\?'", [texts[0] as string, "nowhere"]])).toBe(1);
        expect(await changeRows(trx, change, ["unused", []])).toBe(0);
      });
      expect(new Set((await written(db)).map(([, value]) => value))).toEqual(new Set(["\\?'"]));
    });

    it("is rejected after its transaction has ended", async () => {
      const under = await open();
      close = under.close;
      const { db } = under;
      const ended = await transact(db, async (trx) => trx);
      const insert = "INSERT INTO secrets (name, secret_value) VALUES ('a', 'b')";
      await expect(ended.run(insert)).rejects.toThrow("has ended");
      expect(await written(db)).toEqual([]);
    });

    it("adds no values to its errors", async () => {
      const under = await open();
      close = under.close;
      const { db } = under;
      const row = ["twice", "hunter2"];
      const twice = transact(db, (trx) => insertRows(trx, "secrets", ["name", "secret_value"], [row, row]));
      const error: Error = await twice.then(
        () => new Error("nothing"),
        (cause) => cause,
      );
      expect(inspect(error)).toMatch(/duplicate|unique/i);
      expect(inspect(error)).not.toContain("hunter2");
    });
  });

describe("a transaction whose commit fails", () => {
  it("changes nothing, and the next transaction starts without it", async () => {
    const [memory] = openSqlBackends();
    const { db, close } = await (memory as SqlBackend).open();
    onTestFinished(close);
    await db.knex.raw("PRAGMA foreign_keys = ON");
    await db.knex.raw("CREATE TABLE parents (id INTEGER PRIMARY KEY)");
    await db.knex.raw("CREATE TABLE children (parent REFERENCES parents(id) DEFERRABLE INITIALLY DEFERRED)");
    const orphan = transact(db, (trx) => trx.run("INSERT INTO children VALUES (1)"));
    await expect(orphan).rejects.toThrow(/foreign key/i);
    await transact(db, (trx) => trx.run("INSERT INTO parents VALUES (2)"));
    expect(await rowsIn(db, "children")).toBe(0);
    expect(await rowsIn(db, "parents")).toBe(1);
  });
});
