import { createHash } from "node:crypto";
import type { Schema } from "./schema.js";

/** The methods of all payments until then. */
const methods = ["sandbox-ok", "sandbox-declined", "sandbox-silent-captured", "sandbox-silent-lost", "sandbox-slow"];

/** Payments with the digest of their method, their provider and their refunded amount; refunds in the sandbox's book. */
export const up = async (schema: Schema): Promise<void> => {
  await schema.alterTable("payments", (table) => {
    table.string("provider", 16).notNullable().defaultTo("sandbox");
    table.integer("refunded").notNullable().defaultTo(0);
    table.index(["opened_at", "payment_id"], "payments_by_age");
    table.index(["order_id"], "payments_by_order");
  });
  // SQLite does not limit the length of text.
  if (schema.database === "mysql") await schema.run("ALTER TABLE payments MODIFY method VARCHAR(43) NOT NULL", []);
  for (const method of methods) {
    const digest = createHash("sha256").update(method).digest("base64url");
    await schema.run("UPDATE payments SET method = ? WHERE method = ?", [digest, method]);
  }
  await schema.run("UPDATE payments SET refunded = amount WHERE status = 'refunded'", []);
  await schema.createTable("sandbox_refunds", (table) => {
    table.string("payment_id", 64).notNullable();
    table.string("refund_id", 64).notNullable();
    table.integer("amount").notNullable();
    table.primary(["payment_id", "refund_id"]);
  });
  // The refund of a seat has its payment's id.
  await schema.run(
    `INSERT INTO sandbox_refunds (payment_id, refund_id, amount)
     SELECT payment_id, payment_id, refunded FROM sandbox_book
     WHERE refunded IS NOT NULL AND payment_id NOT IN (SELECT payment_id FROM sandbox_refunds)`,
    [],
  );
};
