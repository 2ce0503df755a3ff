import { setTimeout } from "node:timers/promises";
import { afterEach, describe, expect, it } from "vitest";
import { type Database, runAlone, transact } from "../../src/adapters/sql/database.js";
import { insertIfNew, insertRows, insertRowsUnder } from "../../src/adapters/sql/insert-rows.js";
import { isDuplicate } from "../../src/adapters/sql/sql-errors.js";
import type { Statements } from "../../src/adapters/sql/transaction.js";
import { openSqlBackends } from "../support/backends.js";
import { barrierOf, coupon, openCoupons, rowsIn } from "../support/coupon-data.js";
import { withoutLocks } from "../support/table-work.js";

const columns = ["task_id", "coupon_id", "user_id", "position", "status", "live", "created_at"];
const row = (n: number) => [`task-${n}`, "a", `shopper-?'\\'?${n}`, n, "pending", n === 3 ? null : 1, 5];

for (const { name, live, open } of openSqlBackends())
  describe.skipIf(!live)(`inserts on ${name}`, () => {
    let close = async () => {};
    afterEach(() => close());
    const opened = async (): Promise<Database> => {
      const under = await open();
      close = under.close;
      return under.db;
    };

    it("reports whether a row was new, and the transaction goes on if it was not", async () => {
      const db = await opened();
      const add = (columnsOfRow: Record<string, string | number>) =>
        transact(db, async (trx) => {
          const isNew = await insertIfNew(trx, "secrets", columnsOfRow as never);
          await insertRows(trx, "concerts", ["concert_id", "title", "created_at"], [[`${Math.random()}`, "t", 1]]);
          return isNew;
        });
      expect(await add({ name: "key", secret_value: "first" })).toBe(true);
      expect(await add({ name: "key", secret_value: "second" })).toBe(false);
      expect(await add({ name: "key", secret_value: "first" })).toBe(false);
      expect(await add({ name: "other", secret_value: "first" })).toBe(true);
      expect(await db.knex("secrets").orderBy("name").pluck("secret_value")).toEqual(["first", "first"]);
      expect(await rowsIn(db, "concerts")).toBe(4);
    });

    it("respects every unique key of the row, not only the first", async () => {
      const db = await opened();
      const hold = (id: string, seat_no: number, live: 1 | null) =>
        transact(db, (trx) =>
          insertIfNew(trx, "reservations", {
            reservation_id: id,
            schedule_id: "hall",
            seat_no,
            user_id: "mina",
            status: "held",
            price: 1,
            expires_at: 1,
            live,
          }),
        );
      expect(await hold("a", 1, 1)).toBe(true);
      expect(await hold("b", 1, 1)).toBe(false);
      expect(await hold("c", 1, null)).toBe(true);
      expect(await hold("d", 2, 1)).toBe(true);
      expect(await db.knex("reservations").orderBy("reservation_id").pluck("reservation_id")).toEqual(["a", "c", "d"]);
    });

    it("reports one of ten equal rows as new, however many are inserted at the same time", async () => {
      const db = await opened();
      const meet = barrierOf(name === "mysql" ? 10 : 1);
      const add = (n: number) =>
        transact(db, async (trx) => {
          await meet();
          return insertIfNew(trx, "secrets", { name: "key", secret_value: `${n}` });
        });
      const results = await Promise.all(Array.from({ length: 10 }, (_, n) => add(n)));
      expect(results.filter((isNew) => isNew)).toHaveLength(1);
    });

    it("inserts all rows in one statement if the guard's row exists, else none", async () => {
      const db = await opened();
      await openCoupons(db, coupon("a"));
      const insert = (rows: readonly ReturnType<typeof row>[], epoch: number) =>
        runAlone(db, (statements) =>
          insertRowsUnder(statements, "coupon_claims", columns, rows, {
            table: "coupon_epochs",
            where: "coupon_epochs.coupon_id = ? AND coupon_epochs.epoch = ?",
            parameters: ["a", epoch],
          }),
        );
      expect(await insert([row(1), row(2), row(3)], 1)).toBe(false);
      expect(await rowsIn(db, "coupon_claims")).toBe(0);
      expect(await insert([row(1), row(2), row(3)], 0)).toBe(true);
      const found = await db.knex("coupon_claims").orderBy("position").select(columns);
      expect(found.map((each) => columns.map((column) => each[column]))).toEqual([row(1), row(2), row(3)]);
      await expect(insert([row(4), row(2)], 0)).rejects.toSatisfy(isDuplicate);
      expect(await rowsIn(db, "coupon_claims")).toBe(3);
    });

    /** Inserts under a guard while another transaction changes the guard's row. Returns who finished first. */
    const race = async (db: Database, wrap: (trx: Statements) => Statements): Promise<readonly string[]> => {
      await openCoupons(db, coupon("a"));
      const order: string[] = [];
      let change: Promise<unknown> = Promise.resolve();
      await transact(db, async (trx) => {
        await insertRowsUnder(wrap(trx), "coupon_claims", columns, [row(1)], {
          table: "coupon_epochs",
          where: "coupon_epochs.coupon_id = ?",
          parameters: ["a"],
        });
        change = transact(db, (other) => other.run("UPDATE coupon_epochs SET epoch = 1"));
        change = change.then(() => order.push("change"));
        await Promise.race([change, setTimeout(500)]);
        order.push("insert");
      });
      await change;
      return order;
    };

    it.runIf(name === "mysql")("keeps the guard's row unchanged until the rows are committed", async () => {
      expect(await race(await opened(), (trx) => trx)).toEqual(["insert", "change"]);
    });

    it.runIf(name === "mysql")("lets the guard's row change without its shared lock", async () => {
      expect(await race(await opened(), withoutLocks)).toEqual(["change", "insert"]);
    });
  });
