import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { Redis } from "ioredis";
import { createConnection } from "mysql2/promise";
import { afterAll, beforeAll, expect, onTestFinished } from "vitest";
import { Client } from "../../bench/rehearsal/client.js";
import { type RunningService, startService } from "../../bench/rehearsal/service.js";
import { closeDatabase, openDatabase } from "../../src/adapters/sql/database.js";
import { backendUrls } from "./backends.js";
import { readLoopDelay, recordLoopDelay } from "./loop-delay.js";
import { migrateForTest } from "./migrated-database.js";

/** Settings of the service as environment variables. */
export type Settings = Readonly<Record<string, string>>;

/** A combination of backends. */
export type Profile = {
  readonly name: "embedded" | "journal" | "kafka";
  readonly live: boolean;
  /** Creates empty databases until the end of the test and returns the settings for them. */
  settings(): Promise<Settings>;
};

/** Sweeps every second and has no rate limit. */
const testSettings = { CLAIM_SWEEP_SECONDS: "1", RATE_LIMIT_PER_SHOPPER: "0", LOG_LEVEL: "info" };

/** The clean-ups of the suite whose service is being started, if any. */
let suiteCleanUps: (() => Promise<unknown>)[] | undefined;

/** Runs `cleanUp` at the end of the test, or of the suite whose service is being started. */
const atEnd = (cleanUp: () => Promise<unknown>): void => {
  if (suiteCleanUps === undefined) onTestFinished(async () => void (await cleanUp()));
  else suiteCleanUps.push(cleanUp);
};

/** Creates an empty data folder until the end of the test. */
export const dataFolder = async (): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), "rushboard-journey-"));
  atEnd(() => rm(folder, { recursive: true, force: true }));
  return folder;
};

/** Creates an empty database on the server at `url` until the end of the test. */
export const emptyDatabase = async (url: string): Promise<string> => {
  const database = `j_${randomUUID().replaceAll("-", "")}`;
  const run = async (sql: string) => {
    const connection = await createConnection({ uri: url });
    await connection.query(sql).finally(() => connection.end());
  };
  await run(`CREATE DATABASE ${database}`);
  atEnd(() => run(`DROP DATABASE ${database}`));
  return Object.assign(new URL(url), { pathname: `/${database}` }).href;
};

/**
 * Empties the next database of the Redis at `url` and returns its URL. Services that share a database would rebuild each
 * other's boards, because the keys of boards have no prefix.
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

/** Creates and migrates a database and returns the settings of a service on these backends. */
export const settingsOnBackends = async (database: string, redis: string, kafka?: string): Promise<Settings> => {
  const settings: Settings = {
    ...testSettings,
    DATABASE_URL: await emptyDatabase(database),
    REDIS_URL: redis,
    ...(kafka !== undefined && { KAFKA_BROKERS: kafka, TOPIC_PREFIX: `${randomUUID()}.` }),
  };
  const db = openDatabase({ kind: "mysql", url: settings.DATABASE_URL ?? "" });
  await migrateForTest(db);
  await closeDatabase(db);
  return settings;
};

/** All profiles of the service. */
export const profiles: readonly Profile[] = [
  { name: "embedded", live: true, settings: async () => ({ ...testSettings, DATA_DIR: await dataFolder() }) },
  {
    name: "journal",
    live: Boolean(backendUrls.database && backendUrls.redis),
    settings: async () => settingsOnBackends(backendUrls.database ?? "", await emptyRedis(backendUrls.redis ?? "")),
  },
  {
    name: "kafka",
    live: Boolean(backendUrls.database && backendUrls.redis && backendUrls.kafka),
    settings: async () =>
      settingsOnBackends(backendUrls.database ?? "", await emptyRedis(backendUrls.redis ?? ""), backendUrls.kafka),
  },
];

/** A running service with a client. */
export type Node = RunningService & { readonly client: Client };

/** Starts the service and kills it at the end of the test. */
export const startNode = async (settings: Settings): Promise<Node> => {
  const service = await startService(settings);
  await readLoopDelay(service.url); // without the start, which loads all modules
  const client = new Client(service.url, undefined);
  const measured = (end: () => Promise<void>) => async () => {
    recordLoopDelay(await readLoopDelay(service.url));
    await end();
  };
  const [stop, kill] = [measured(service.stop), measured(service.kill)];
  atEnd(async () => {
    client.close();
    await kill();
  });
  return { ...service, stop, kill, client };
};

/** A service for all tests of a `describe`. `node` and `settings` are set before its first test. */
export type SharedNode = { readonly profile: Profile; readonly node: Node; readonly settings: Settings };

/** Starts one service for all tests of the surrounding `describe`. */
export const sharedNode = (profile: Profile): SharedNode => {
  const shared = { profile } as { -readonly [Key in keyof SharedNode]: SharedNode[Key] };
  const cleanUps: (() => Promise<unknown>)[] = [];
  beforeAll(async () => {
    suiteCleanUps = cleanUps;
    try {
      shared.settings = await profile.settings();
      shared.node = await startNode(shared.settings);
    } finally {
      suiteCleanUps = undefined;
    }
  });
  afterAll(async () => {
    for (const cleanUp of cleanUps.reverse()) await cleanUp();
  });
  return shared;
};

/** Starts the service at the address of a previous node, so that its clients reach it. */
export const restartNode = (previous: Node, settings: Settings): Promise<Node> =>
  startNode({ ...settings, PORT: previous.url.port });

/** A line of the log. */
type Line = Readonly<Record<string, unknown>>;

/** Starts the service and collects the lines of its log. */
export const startWithLog = async (settings: Settings) => {
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

/** Runs the service or another program until it exits. Returns its exit code and its output. */
export const runToExit = async (
  settings: Settings,
  program: readonly string[] = ["dist/bootstrap/main.js"],
): Promise<{ readonly code: number | null; readonly output: string }> => {
  const child = spawn(process.execPath, program, {
    env: { ...process.env, PORT: "0", ...settings },
    stdio: ["ignore", "pipe", "pipe"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (chunk: string) => {
      output += chunk;
    });
  const [code] = (await once(child, "close")) as [number | null];
  return { code, output };
};
