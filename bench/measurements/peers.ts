import { spawnSync } from "node:child_process";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { Redis } from "ioredis";
import { createPool, type RowDataPacket } from "mysql2/promise";
import { startRedis } from "../../test/support/backend-servers/redis.js";
import { createCoupon, mostCoupons } from "../coupon.js";
import { closeStreams, load } from "../load.js";
import { atLeast, type Measurement, type Row } from "../measurement.js";
import { type Program, type Settings, startPeer, startService } from "../program.js";
import { alternate, median } from "../rounds.js";

const folder = fileURLToPath(new URL("../peers", import.meta.url));
const claimPath = (couponId: string) => `/api/v1/coupons/${couponId}/claims`;
let shoppers = 0;

/** Claims for `seconds` on 128 connections. Returns claims per second until all of them are settled, and how many. */
const claimAndSettle = async (program: Program, path: string, settled: () => Promise<number>, seconds = 4) => {
  const before = await settled();
  const start = performance.now();
  const job = { kind: "rush", url: program.url.href, method: "POST", path, connections: 128, seconds } as const;
  const { statuses } = await load<"rush">({ ...job, first: shoppers, again: false });
  const accepted = statuses[202] ?? 0;
  shoppers += 100_000;
  while ((await settled()) - before < accepted) await pause(20);
  return { rate: accepted / ((performance.now() - start) / 1000), accepted };
};

const settledIn =
  ({ url }: Program) =>
  async (): Promise<number> => {
    const response = await fetch(new URL("/settled", url));
    return ((await response.json()) as { settled: number }).settled;
  };

/** Rates of claims from click to result, and the coupons that each program issues of 300. */
const claims = async (settings: Settings & { DATABASE_URL: string }, durableRedis: string): Promise<readonly Row[]> => {
  const pool = createPool({ uri: settings.DATABASE_URL, connectionLimit: 1 });
  const count = async (sql: string): Promise<number> => Number((await pool.query<RowDataPacket[]>(sql))[0][0]?.n);
  const ownSettled = () => count("SELECT COUNT(*) AS n FROM coupon_claims WHERE status <> 'pending'");
  const issuedBy = (name: string) =>
    count(
      name === "service"
        ? "SELECT COUNT(*) AS n FROM user_coupons WHERE coupon_id = 'few'"
        : `SELECT COUNT(*) AS n FROM peer_user_coupons WHERE coupon_id = '${name}'`,
    );
  const start = async (quantity: number) => {
    await pool.query("DROP TABLE IF EXISTS peer_coupons, peer_user_coupons");
    const common = { ...settings, QUANTITY: String(quantity) };
    return {
      bullmq: await startPeer("claim-bullmq", { ...common, REDIS_URL: durableRedis }),
      fastify: await startPeer("claim-fastify", common),
    };
  };
  const service = await startService(settings);

  const path = await createCoupon(service, "peers", mostCoupons);
  const peers = await start(mostCoupons);
  const rates = await alternate({
    service: () => claimAndSettle(service, path, ownSettled),
    bullmq: () => claimAndSettle(peers.bullmq, claimPath("bullmq"), settledIn(peers.bullmq)),
    fastify: () => claimAndSettle(peers.fastify, claimPath("fastify"), settledIn(peers.fastify)),
  });
  await Promise.all(Object.values(peers).map((peer) => peer.stop()));

  const few = await createCoupon(service, "few", 300);
  const small = await start(300);
  await claimAndSettle(service, few, ownSettled, 2);
  await claimAndSettle(small.bullmq, claimPath("bullmq"), settledIn(small.bullmq), 2);
  await claimAndSettle(small.fastify, claimPath("fastify"), settledIn(small.fastify), 2);
  const issued = await Promise.all(["service", "bullmq", "fastify"].map(issuedBy));
  await Promise.all([service, ...Object.values(small)].map((program) => program.stop()));
  await pool.end();

  const speed = (rate: number) => `${Math.round(rate)}/s from click to result`;
  return [
    { what: "peers, claims: the service", value: speed(rates.service.rate), target: "" },
    { what: "peers, claims: BullMQ and Express", value: speed(rates.bullmq.rate), target: "" },
    { what: "peers, claims: Fastify and SELECT … FOR UPDATE", value: speed(rates.fastify.rate), target: "" },
    atLeast("peers, claims: rate versus BullMQ", rates.service.rate / rates.bullmq.rate, 3),
    atLeast("peers, claims: rate versus Fastify", rates.service.rate / rates.fastify.rate, 3),
    {
      what: "peers, claims: issued of 300 by service, BullMQ, Fastify",
      value: issued.join(", "),
      target: "300, 300, 300",
      met: issued.every((n) => n === 300),
    },
  ];
};

/** Streams opened and held: 2,000 claims whose tasks are followed by five streams each. */
const streams = async (settings: Settings): Promise<readonly Row[]> => {
  const connections = 10_000;
  const seen = { service: [] as number[], peer: [] as number[] };
  const rates = { service: [] as number[], peer: [] as number[] };
  const hold = async (program: Program, path: string, name: "service" | "peer") => {
    const before = await program.memory();
    const start = performance.now();
    await load<"hold">({ kind: "hold", url: program.url.href, path, connections, each: 5 });
    rates[name].push(connections / ((performance.now() - start) / 1000));
    seen[name].push(((await program.memory()) - before) / connections);
    closeStreams();
    await program.stop();
  };
  for (let round = 0; round < 3; round += 1) {
    const service = await startService({ ...settings, ROLES: "api" });
    await hold(service, await createCoupon(service, `peer-streams-${round}`, mostCoupons), "service");
    await hold(await startPeer("stream-better-sse", {}), claimPath("any"), "peer");
  }
  const kib = (values: readonly number[]) => `${median(values).toFixed(1)} KiB per stream`;
  return [
    { what: "peers, streams: the service", value: kib(seen.service), target: "" },
    { what: "peers, streams: better-sse", value: kib(seen.peer), target: "" },
    atLeast("peers, streams: memory of better-sse versus the service", median(seen.peer) / median(seen.service), 3),
    atLeast("peers, streams: opened per second versus better-sse", median(rates.service) / median(rates.peer), 1),
  ];
};

/** Reads of a board of 100,000 products. */
const boards = async (settings: Settings): Promise<readonly Row[]> => {
  const service = await startService(settings);
  const peer = await startPeer("board-redis-rank", { ...settings, PRODUCTS: "100000" });
  const read = async (program: Program) => {
    const path = "/api/v1/rankings/products?window=3d&limit=5";
    const job = { kind: "rush", url: program.url.href, method: "GET", path, connections: 128, seconds: 4 } as const;
    const { count, elapsed } = await load<"rush">({ ...job, first: 0, again: true });
    return { rate: count / elapsed };
  };
  const rates = await alternate({ service: () => read(service), peer: () => read(peer) });
  await Promise.all([service.stop(), peer.stop()]);
  return [
    { what: "peers, boards: the service", value: `${Math.round(rates.service.rate)} reads/s`, target: "" },
    { what: "peers, boards: redis-rank", value: `${Math.round(rates.peer.rate)} reads/s`, target: "" },
    atLeast("peers, boards: rate versus redis-rank", rates.service.rate / rates.peer.rate, 3),
  ];
};

/** The same jobs done with other libraries, as their documentation suggests. */
export const peers: Measurement = async (backends) => {
  const { status, stderr } = spawnSync("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], { cwd: folder });
  if (status !== 0) throw new Error(`the peers' packages cannot be installed: ${stderr}`);
  const durable = await startRedis();
  const redis = new Redis(durable.url);
  await redis.config("SET", "appendonly", "yes");
  await redis.config("SET", "appendfsync", "always");
  redis.disconnect();
  const settings = await backends.settings("peers");
  const lines = [...(await claims(settings, durable.url)), ...(await streams(settings)), ...(await boards(settings))];
  await durable.stop();
  return lines;
};
