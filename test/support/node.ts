import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { Redis } from "ioredis";
import { createConnection } from "mysql2/promise";
import { expect, onTestFinished } from "vitest";
import { Client } from "../../bench/rehearsal/client.js";
import { type RunningService, startService } from "../../bench/rehearsal/service.js";
import { engines } from "./backends.js";

/** Settings of the service, as its environment has them. */
export type Settings = Readonly<Record<string, string>>;

/** What answers where, and data that nobody else has. */
export type Profile = {
  readonly name: "embedded" | "journal" | "kafka";
  readonly live: boolean;
  /** Makes the data, until the test has finished. */
  settings(): Promise<Settings>;
};

/** Sweeps every second, for a test does not wait for thirty; and shoppers here click as often as they like. */
const brisk = { CLAIM_SWEEP_SECONDS: "1", RATE_LIMIT_PER_SHOPPER: "0", LOG_LEVEL: "info" };

/** An empty data folder, until the test has finished. */
export const dataFolder = async (): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), "rushboard-journey-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
};

/** A database of its own on the server at `url`, empty. */
export const emptyDatabase = async (url: string): Promise<string> => {
  const database = `j_${randomUUID().replaceAll("-", "")}`;
  const ask = async (sql: string) => {
    const connection = await createConnection({ uri: url });
    await connection.query(sql).finally(() => connection.end());
  };
  await ask(`CREATE DATABASE ${database}`);
  onTestFinished(() => ask(`DROP DATABASE ${database}`));
  return Object.assign(new URL(url), { pathname: `/${database}` }).href;
};

/**
 * An empty database of its own on the Redis at `url`, as long as there are some left: boards have one name whoever asks,
 * so two services on one would make each other's anew.
 */
const emptyRedis = async (url: string): Promise<string> => {
  const redis = new Redis(url);
  const databases = Number(((await redis.config("GET", "databases")) as string[])[1]);
  const database = 1 + ((await redis.incr("databases-given")) % (databases - 1));
  await redis.select(database);
  await redis.flushdb();
  await redis.quit();
  return Object.assign(new URL(url), { pathname: `/${database}` }).href;
};

/** The settings of a service that waits for nothing but these engines, its database migrated. */
export const onEngines = async (database: string, redis: string, kafka?: string): Promise<Settings> => {
  const settings: Settings = {
    ...brisk,
    DATABASE_URL: await emptyDatabase(database),
    REDIS_URL: redis,
    ...(kafka !== undefined && { KAFKA_BROKERS: kafka, TOPIC_PREFIX: `${randomUUID()}.` }),
  };
  const migrated = await runToEnd({ ...settings, ROLES: "migrate" });
  if (migrated.code !== 0) throw new Error(migrated.words);
  return settings;
};

/** Every profile that the service runs in. */
export const profiles: readonly Profile[] = [
  { name: "embedded", live: true, settings: async () => ({ ...brisk, DATA_DIR: await dataFolder() }) },
  {
    name: "journal",
    live: Boolean(engines.database && engines.redis),
    settings: async () => onEngines(engines.database ?? "", await emptyRedis(engines.redis ?? "")),
  },
  {
    name: "kafka",
    live: Boolean(engines.database && engines.redis && engines.kafka),
    settings: async () => onEngines(engines.database ?? "", await emptyRedis(engines.redis ?? ""), engines.kafka),
  },
];

/** A running service, and shoppers' connections to it. */
export type Node = RunningService & { readonly client: Client };

/** Starts the service; it is killed, unless it has ended, when the test has finished. */
export const startNode = async (settings: Settings): Promise<Node> => {
  const service = await startService(settings);
  const client = new Client(service.url, undefined);
  onTestFinished(async () => {
    client.close();
    await service.kill();
  });
  return { ...service, client };
};

/** Starts the service again where `before` was, so that its shoppers find it. */
export const startAgain = (before: Node, settings: Settings): Promise<Node> =>
  startNode({ ...settings, PORT: before.url.port });

/** A line of the log. */
type Line = Readonly<Record<string, unknown>>;

/** A service whose log can be read; its address is in the line at start. */
export const startAndListen = async (settings: Settings) => {
  const lines: Line[] = [];
  const child = spawn(process.execPath, ["dist/bootstrap/main.js"], {
    env: { ...process.env, PORT: "0", ...settings },
    stdio: ["ignore", "pipe", "inherit"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  createInterface({ input: child.stdout }).on("line", (line) => lines.push(JSON.parse(line)));
  const started = () => lines.find(({ address }) => address !== undefined);
  await expect.poll(started).toBeDefined();
  return { url: new URL(String(started()?.address)), lines };
};

/** Runs a service, or another program, that is to end by itself, and answers its exit code and what it said. */
export const runToEnd = async (
  settings: Settings,
  program: readonly string[] = ["dist/bootstrap/main.js"],
): Promise<{ readonly code: number | null; readonly words: string }> => {
  const child = spawn(process.execPath, program, {
    env: { ...process.env, PORT: "0", ...settings },
    stdio: ["ignore", "pipe", "pipe"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  let words = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (chunk: string) => {
      words += chunk;
    });
  const [code] = (await once(child, "close")) as [number | null];
  return { code, words };
};
