import type { Schema } from "./schema.js";

/** Concerts, their schedules with counted seats, and reservations. */
export const up = async (schema: Schema): Promise<void> => {
  await schema.createTable("concerts", (table) => {
    table.string("concert_id", 64).primary();
    table.string("title", 200).notNullable();
    table.bigInteger("created_at").notNullable();
    table.index(["created_at", "concert_id"], "concerts_by_age");
  });
  await schema.createTable("schedules", (table) => {
    table.string("schedule_id", 64).primary();
    table.string("concert_id", 64).notNullable();
    table.bigInteger("starts_at").notNullable();
    table.bigInteger("sales_open_at").notNullable();
    table.integer("seats").notNullable();
    table.integer("price").notNullable();
    table.integer("held_seats").notNullable().defaultTo(0);
    table.integer("reserved_seats").notNullable().defaultTo(0);
    table.bigInteger("created_at").notNullable();
    // The sell-out, written once, in the transaction of the payment of the last seat. Its score is written later.
    table.bigInteger("sold_out_at");
    table.string("sold_out_week", 8);
    table.string("score_policy", 20);
    table.double("score");
    table.string("score_member", 200);
    table.index(["concert_id", "created_at", "schedule_id"], "schedules_by_concert");
    table.index(["sold_out_at", "schedule_id"], "schedules_by_sold_out");
    table.index(["score_policy", "score", "score_member"], "schedules_by_score");
    table.index(["sold_out_week", "score_policy", "score", "score_member"], "schedules_by_week");
  });
  await schema.createTable("reservations", (table) => {
    table.string("reservation_id", 64).primary();
    table.string("schedule_id", 64).notNullable();
    table.integer("seat_no").notNullable();
    table.string("user_id", 128).notNullable();
    table.string("status", 16).notNullable();
    table.integer("price").notNullable();
    table.string("open_payment_id", 64);
    table.string("payment_id", 64);
    table.bigInteger("expires_at").notNullable();
    // 1 while held or reserved, null after the reservation has ended: a unique key ignores nulls.
    table.integer("live");
    // When the hold expires: null while a payment is open and for any other reservation.
    table.bigInteger("due_at");
    table.unique(["schedule_id", "seat_no", "live"], { indexName: "reservations_one_live_a_seat" });
    table.index(["due_at", "reservation_id"], "reservations_by_due");
    table.index(["status", "expires_at"], "reservations_by_end");
    table.index(["schedule_id", "due_at"], "reservations_by_schedule_due");
  });
};
