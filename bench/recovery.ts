import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { createConnection } from "mysql2/promise";
import { startRedis } from "../test/support/backend-servers/redis.js";
import { type MariaDbPair, startMariaDbPair } from "../test/support/mariadb-pair.js";
import { type OrderLoad, startOrderLoad } from "../test/support/order-load.js";
import { readinessAt } from "../test/support/readiness.js";
import { ShopClient } from "../test/support/shop-client.js";
import { migrated } from "./migrated-database.js";
import { recoveryTimes } from "./recovery-times.js";
import { startService } from "./rehearsal/service.js";

/** Requests in a row that must succeed until the service counts as recovered. */
const successes = 50;
/** How long a fault lasts before it ends, ms. */
const faultMs = 3000;

/** Causes a fault and ends it. Returns when it ended, `Date.now()`. */
type Incident = (pair: MariaDbPair) => Promise<number>;

const incidents: Readonly<Record<string, Incident>> = {
  "database failover": async (pair) => {
    await pair.demote();
    await pair.promote();
    return Date.now();
  },
  "database password rotated": async (pair) => {
    const password = new URL(pair.url).password;
    await pair.admin(pair.primary(), "ALTER USER shop IDENTIFIED BY 'rotated'");
    await pair.admin(pair.primary(), "KILL USER shop");
    await sleep(faultMs);
    await pair.admin(pair.primary(), `ALTER USER shop IDENTIFIED BY '${password}'`);
    return Date.now();
  },
  "database killed and restarted": async (pair) => {
    await pair.killPrimary();
    await sleep(faultMs);
    await pair.restartPrimary();
    return Date.now();
  },
};

/** Returns the time until requests succeed again, ms: the last request that failed began that long after the fault. */
const recoveryAfter = async (load: OrderLoad, endedAt: number): Promise<number> => {
  for (;;) {
    const results = load.since(endedAt);
    const lastFailure = results.findLastIndex(({ placed, read }) => placed !== 202 || read !== 200);
    if (results.length - lastFailure > successes) return Math.max(0, (results[lastFailure]?.at ?? endedAt) - endedAt);
    await sleep(50);
  }
};

/** Returns the time until `/readyz` is `ready`, ms. */
const readinessAfter = async (url: URL, endedAt: number): Promise<number> => {
  while ((await readinessAt(url)).body.status !== "ready") await sleep(50);
  return Date.now() - endedAt;
};

const createDatabase = async (url: string): Promise<string> => {
  const name = `j_${randomUUID().replaceAll("-", "")}`;
  const connection = await createConnection({ uri: url });
  await connection.query(`CREATE DATABASE ${name}`).finally(() => connection.end());
  return migrated(Object.assign(new URL(url), { pathname: `/${name}` }).href);
};

/** Measures how long requests fail, and the node is not ready, after the end of each incident. `npm run recovery -- [runs]` */
const measure = async (runs: number): Promise<void> => {
  const [pair, redis] = await Promise.all([startMariaDbPair(), startRedis()]);
  const settings = { DATABASE_URL: await createDatabase(pair.url), REDIS_URL: redis.url, RATE_LIMIT_PER_SHOPPER: "0" };
  const service = await startService({ ...settings, LOG_LEVEL: "fatal" });
  const load = await startOrderLoad(new ShopClient(service.url));
  await sleep(faultMs);
  for (const [name, incident] of Object.entries(incidents)) {
    const requests: number[] = [];
    const readiness: number[] = [];
    const from = Date.now();
    for (let run = 0; run < runs; run += 1) {
      const endedAt = await incident(pair);
      const recovered = await Promise.all([recoveryAfter(load, endedAt), readinessAfter(service.url, endedAt)]);
      requests.push(recovered[0]);
      readiness.push(recovered[1]);
      await sleep(faultMs);
    }
    const failed = load.since(from).filter(({ placed }) => placed !== 202).length;
    console.log(
      `${name}: requests ${recoveryTimes(requests)}; ready ${recoveryTimes(readiness)}; ${failed} requests failed`,
    );
  }
  await load.stop();
  await service.kill();
  await Promise.all([pair.stop(), redis.stop()]);
};

await measure(Number(process.argv[2] ?? 10));
