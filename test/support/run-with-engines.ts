/*
 * Starts the real backends and passes their addresses in the environment:
 *
 *   run-with-engines [arguments]                     vitest run with these arguments
 *   run-with-engines --exec -- command [arguments]   any other command
 *   run-with-engines --hold                          prints settings for tests and service, and waits for Ctrl-C
 *
 * Exits with the command's code, or with 1 if a backend does not start. No backend outlives this process.
 */
import { once } from "node:events";
import { constants } from "node:os";
import { fileURLToPath } from "node:url";
import { type Command, findProgram, spawnBound } from "./backend-servers/child-process.js";
import { startKafka } from "./backend-servers/kafka.js";
import { startMariaDb } from "./backend-servers/mariadb.js";
import { startRedis, startRedisCluster } from "./backend-servers/redis.js";

const running: { stop(): Promise<void> }[] = [];

// If the parent (tsx) is killed, nothing waits for this process any more.
const parent = process.ppid;
setInterval(() => process.ppid !== parent && process.exit(1), 500).unref();

const [mode, ...rest] = process.argv.slice(2);
const command = mode === "--exec" ? rest.slice(rest[0] === "--" ? 1 : 0) : [vitest(), "run", ...process.argv.slice(2)];
if (command.length === 0) fail("--exec needs a command");
const environment = await startBackends().catch((error: Error) => fail(error.message));
const code = mode === "--hold" ? await hold() : await exec(command as [string, ...string[]]);
await Promise.all(running.map((server) => server.stop()));
process.exit(code);

async function startBackends(): Promise<Record<string, string>> {
  findProgram("openssl", "openssl"); // a suite creates certificates with it
  findProgram("promtool", "prometheus"); // the alerts are tested with it
  const [redis, cluster, database, brokers] = await Promise.all([
    announce("Redis", startRedis, ({ url }) => url),
    announce("Redis Cluster", startRedisCluster, ({ url }) => url),
    announce("MariaDB", startMariaDb, ({ url }) => url),
    announce("Kafka", startKafka, ({ brokers }) => brokers),
  ]);
  return {
    TEST_REDIS_URL: redis,
    TEST_REDIS_CLUSTER_URL: cluster,
    TEST_DATABASE_URL: database,
    TEST_KAFKA_BROKERS: brokers,
    REQUIRE_BACKENDS: "1",
  };
}

async function announce<E extends { readonly version: string; stop(): Promise<void> }>(
  name: string,
  start: () => Promise<E>,
  addressOf: (server: E) => string,
): Promise<string> {
  const begun = performance.now();
  const server = await start();
  running.push(server);
  const seconds = ((performance.now() - begun) / 1_000).toFixed(1);
  console.log(`${name} ${server.version} at ${addressOf(server)}, ready in ${seconds} s`);
  return addressOf(server);
}

async function exec(command: Command): Promise<number> {
  const child = spawnBound(command, { stdio: "inherit", env: { ...process.env, ...environment } });
  // The command must end before its backends. A terminal sends Ctrl-C to the command as well as to this process.
  process.on("SIGINT", () => {});
  process.on("SIGTERM", () => child.kill("SIGTERM"));
  const [code, signal] = (await once(child, "exit")) as [number | null, NodeJS.Signals | null];
  return code ?? 128 + (signal === null ? 0 : constants.signals[signal]);
}

async function hold(): Promise<number> {
  const { TEST_DATABASE_URL, TEST_REDIS_URL, TEST_KAFKA_BROKERS } = environment;
  const service = { DATABASE_URL: TEST_DATABASE_URL, REDIS_URL: TEST_REDIS_URL, KAFKA_BROKERS: TEST_KAFKA_BROKERS };
  console.log(`\nSettings for the tests, to paste into another terminal before npm test:\n\n${exportOf(environment)}`);
  console.log(`\nSettings for the service, before ROLES=migrate npm start && npm start:\n\n${exportOf(service)}`);
  console.log("\nCtrl-C stops the backends.");
  return new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => resolve(0));
    setInterval(() => {}, 60_000); // the backends alone do not keep this process running
  });
}

function exportOf(settings: Readonly<Record<string, string | undefined>>): string {
  return `export ${Object.entries(settings)
    .map(([name, value]) => `${name}=${value}`)
    .join(" ")}`;
}

function vitest(): string {
  return fileURLToPath(new URL("../../node_modules/.bin/vitest", import.meta.url));
}

function fail(reason: string): never {
  console.error(`run-with-engines: ${reason}`);
  process.exit(1);
}
