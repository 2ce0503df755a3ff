import { describe, expect, it } from "vitest";
import { lockTargetsOf } from "../../../src/adapters/sql/lock-target.js";

describe("the rows that a statement locks", () => {
  it.each([
    {
      what: "a SELECT of several rows",
      sql: "SELECT product_id, on_hand FROM products WHERE product_id IN (?) ORDER BY product_id FOR UPDATE",
      parameters: [["a", "b"]],
      targets: [{ table: "products", columns: ["product_id"], keys: [["a"], ["b"]] }],
    },
    {
      what: "a guarded UPDATE",
      sql: "UPDATE coupons SET issued = issued + ? WHERE coupon_id = ? AND issued + ? <= quantity",
      parameters: [1, "c", 1],
      targets: [{ table: "coupons", columns: ["coupon_id"], keys: [["c"]] }],
    },
    {
      what: "an UPDATE with a value per row",
      sql: `UPDATE user_coupons SET order_id = CASE user_coupon_id WHEN ? THEN ? END
       WHERE user_coupon_id IN (?) AND order_id IS NULL`,
      parameters: ["u", "o", ["u"]],
      targets: [{ table: "user_coupons", columns: ["user_coupon_id"], keys: [["u"]] }],
    },
    {
      what: "a key of two columns",
      sql: `SELECT product_id, quantity FROM product_sales_daily
       WHERE business_day = ? AND product_id IN (?) ORDER BY product_id FOR UPDATE`,
      parameters: ["2026-11-21", ["a", "b"]],
      targets: [
        {
          table: "product_sales_daily",
          columns: ["product_id", "business_day"],
          keys: [
            ["a", "2026-11-21"],
            ["b", "2026-11-21"],
          ],
        },
      ],
    },
    {
      what: "an upsert of several rows",
      sql: "INSERT INTO product_sales_total (product_id, quantity) VALUES (?), (?) ON DUPLICATE KEY UPDATE quantity = 1",
      parameters: [
        ["a", 1],
        ["b", 2],
      ],
      targets: [{ table: "product_sales_total", columns: ["product_id"], keys: [["a"], ["b"]] }],
    },
    {
      what: "an INSERT whose unique key is not its first column",
      sql: "INSERT INTO reservations (reservation_id, schedule_id, seat_no) VALUES (?)",
      parameters: [["r", "s", 7]],
      targets: [{ table: "reservations", columns: ["schedule_id", "seat_no"], keys: [["s", 7]] }],
    },
    {
      what: "an INSERT under a guard",
      sql: `INSERT INTO coupon_claims (task_id, coupon_id, user_id) WITH new_rows AS (VALUES (?), (?))
     SELECT new_rows.task_id FROM coupon_epochs, new_rows
     WHERE coupon_epochs.coupon_id = ? AND coupon_epochs.epoch = ? LOCK IN SHARE MODE`,
      parameters: [["t", "c", "u"], ["t2", "c", "u2"], "c", 3],
      targets: [
        {
          table: "coupon_claims",
          columns: ["coupon_id", "user_id"],
          keys: [
            ["c", "u"],
            ["c", "u2"],
          ],
        },
        { table: "coupon_epochs", columns: ["coupon_id"], keys: [["c"]] },
      ],
    },
    {
      what: "ids that are part of the statement",
      sql: "DELETE FROM outbox WHERE id IN (1, 2)",
      parameters: [],
      targets: [{ table: "outbox", columns: ["id"], keys: [[1], [2]] }],
    },
    {
      what: "a read without a lock",
      sql: "SELECT * FROM products WHERE product_id IN (?)",
      parameters: [["a"]],
      targets: [],
    },
    {
      what: "a read that skips locked rows",
      sql: "SELECT id FROM ranking_logs WHERE id IN (?) FOR UPDATE SKIP LOCKED",
      parameters: [[1]],
      targets: [],
    },
    {
      what: "the oldest rows, which are not known in advance",
      sql: "SELECT id FROM outbox WHERE claimed_until < ? ORDER BY id LIMIT ? FOR UPDATE SKIP LOCKED",
      parameters: [1, 2],
      targets: [],
    },
  ])("of $what", ({ sql, parameters, targets }) => {
    expect(lockTargetsOf(sql, parameters)).toEqual(targets);
  });
});
