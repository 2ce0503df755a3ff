/* A separate process that migrates the database of its argument, a JSON `DatabaseTarget`. */
import { closeDatabase, openDatabase } from "../../../src/adapters/sql/database.js";
import { migrate } from "../../../src/adapters/sql/migrate.js";

const db = openDatabase(JSON.parse(process.argv[2] ?? ""));
await migrate(db);
await closeDatabase(db);
