import { closeDatabase, openDatabase } from "../src/adapters/sql/database.js";
import { migrate } from "../src/adapters/sql/migrate.js";

/** Creates the tables of the service in an empty database. Returns its URL. */
export const migrated = async (url: string): Promise<string> => {
  const db = openDatabase({ kind: "mysql", url });
  await migrate(db);
  await closeDatabase(db);
  return url;
};
