import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { describe, expect, it } from "vitest";
import { closeDatabase } from "../../../src/adapters/sql/database.js";
import { readConfig } from "../../../src/bootstrap/config.js";
import { wireNode } from "../../../src/bootstrap/node-steps.js";
import { Tokens } from "../../../src/bootstrap/tokens.js";

const engines = {
  DATABASE_URL: "mysql://user:secret@127.0.0.1:1/none",
  REDIS_URL: "redis://127.0.0.1:1",
  KAFKA_BROKERS: "127.0.0.1:1",
};

describe("the graph of", () => {
  it.each([
    ["the embedded profile", {}],
    ["MySQL alone", { DATABASE_URL: engines.DATABASE_URL }],
    ["MySQL and Redis", { DATABASE_URL: engines.DATABASE_URL, REDIS_URL: engines.REDIS_URL }],
    ["MySQL, a Redis Cluster and Kafka", { ...engines, REDIS_URL: "redis://127.0.0.1:1,127.0.0.1:2" }],
  ])("%s resolves without any server", async (_, environment) => {
    const config = readConfig({ ...environment, DATA_DIR: join(tmpdir(), "rushboard-never-made") });
    const get = wireNode(config, pino({ level: "silent" }));
    for (const token of Object.values(Tokens)) expect(get(token as symbol)).toBeDefined();
    await closeDatabase(get(Tokens.database));
  });
});
