import { randomUUID } from "node:crypto";
import { Redis } from "ioredis";
import { afterAll, beforeAll, describe, it } from "vitest";
import { couponKeys } from "../../src/adapters/redis/redis-keys.js";
import { engines } from "../support/backends.js";
import { couponId as idOf } from "../support/drop.js";
import { type RedisEngine, startRedis } from "../support/engines/redis.js";
import { expectPromisesUnder } from "../support/rush.js";
import { onEngines, startNode } from "../support/service.js";

describe.skipIf(!engines.database || !engines.redis)("Redis in mid-drop", () => {
  let engine: RedisEngine;
  let redis: Redis;
  beforeAll(async () => {
    engine = await startRedis({ appendOnly: false });
    redis = new Redis(engine.url);
  });
  afterAll(async () => {
    redis.disconnect();
    await engine.stop();
  });

  const size = { shoppers: 2000, coupons: 500 };
  const start = async () => startNode(await onEngines(engines.database ?? "", engine.url));

  it("loses everything, twice: the queue is built anew from the database", { timeout: 90_000 }, async () => {
    const { client } = await start();
    const flush = () => redis.flushall();
    await expectPromisesUnder(client, { ...size, couponId: `flushed-${randomUUID()}` }, [
      { after: 50, strike: flush },
      { after: 400, strike: flush },
    ]);
  });

  it("goes back in time: what the database knows better is found out", { timeout: 90_000 }, async () => {
    const { client } = await start();
    const couponId = `rewound-${randomUUID()}`;
    const keys = Object.values(couponKeys(idOf(couponId)));
    const copies = new Map<string, Buffer>();
    const copy = async () => {
      for (const key of keys) {
        const value = await redis.dumpBuffer(key);
        if (value !== null) copies.set(key, value);
      }
    };
    const rewind = async () => {
      const all = redis.multi().del(...keys);
      for (const [key, value] of copies) all.restore(key, 0, value);
      await all.exec();
    };
    await expectPromisesUnder(client, { ...size, couponId }, [
      { after: 50, strike: copy },
      { after: 300, strike: rewind },
      { after: 1500, strike: rewind },
    ]);
  });

  it("is rewound silently, and nobody asks: sweeps alone heal it", { timeout: 90_000 }, async () => {
    const { client } = await start();
    const couponId = `silent-${randomUUID()}`;
    const keys = Object.values(couponKeys(idOf(couponId)));
    // All shoppers have come, so that no insert can be refused; only the sweep's comparison sees the lost members.
    const forget = () => redis.zremrangebyrank(keys.find((key) => key.endsWith(":queue")) ?? "", 0, 9);
    await expectPromisesUnder(client, { shoppers: 100, coupons: 100, couponId }, [{ after: 100, strike: forget }]);
  });
});
