import { type Database, read, transact } from "./database.js";
import { insertIfNew } from "./insert-rows.js";

/** Secrets that every node must share: made once, by whichever comes first. */
export class SqlSecrets {
  private readonly db: Database;

  constructor(db: Database) {
    this.db = db;
  }

  /** @throws DomainError `engine-unavailable` */
  async readOrMake(name: string, make: () => string): Promise<string> {
    const known = await this.find(name);
    if (known !== undefined) return known;
    await transact(this.db, (trx) => insertIfNew(trx, "secrets", { name, secret_value: make() }));
    return (await this.find(name)) ?? this.readOrMake(name, make);
  }

  private async find(name: string): Promise<string | undefined> {
    const row = await read<{ secret_value: string } | undefined>(this.db.knex("secrets").where("name", name).first());
    return row?.secret_value;
  }
}
