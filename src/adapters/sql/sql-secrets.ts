import { type Database, read, transact } from "./database.js";
import { insertIfNew } from "./insert-rows.js";

/** Secrets that all nodes share. The first node that needs one creates it. */
export class SqlSecrets {
  private readonly db: Database;

  constructor(db: Database) {
    this.db = db;
  }

  /** Reads a secret, or creates it. @throws DomainError `engine-unavailable` */
  async readOrCreate(name: string, create: () => string): Promise<string> {
    const known = await this.find(name);
    if (known !== undefined) return known;
    await transact(this.db, (trx) => insertIfNew(trx, "secrets", { name, secret_value: create() }));
    return (await this.find(name)) ?? this.readOrCreate(name, create);
  }

  private async find(name: string): Promise<string | undefined> {
    const row = await read<{ secret_value: string } | undefined>(this.db.knex("secrets").where("name", name).first());
    return row?.secret_value;
  }
}
