import type { Schema } from "./schema.js";

/** What operators have changed. */
export const up = async ({ createTable }: Schema): Promise<void> => {
  await createTable("admin_log", (table) => {
    table.bigIncrements("id");
    table.string("user_id", 128);
    table.string("request_id", 64).notNullable();
    table.string("admin_action", 40).notNullable();
    table.string("thing", 200).notNullable();
    table.bigInteger("recorded_at").notNullable();
  });
};
