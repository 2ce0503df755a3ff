import { randomUUID } from "node:crypto";
import { Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { judge } from "../../bench/rehearsal/promises.js";
import { couponKeys } from "../../src/adapters/redis/redis-keys.js";
import { engines } from "../support/backends.js";
import { couponId as idOf } from "../support/drop.js";
import { type RedisEngine, startRedis } from "../support/engines/redis.js";
import { onEngines, startNode } from "../support/node.js";
import { expectPromisesUnder, rushUnder } from "../support/rush.js";

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

  // Proves: C1
  it("loses everything, twice: the queue is built anew from the database", async () => {
    const { client } = await start();
    const flush = () => redis.flushall();
    await expectPromisesUnder(client, { ...size, couponId: `flushed-${randomUUID()}` }, [
      { after: 50, strike: flush },
      { after: 400, strike: flush },
    ]);
  });

  /** Copies the coupon's store, at one instant, and brings that instant back. */
  const timeMachine = (couponId: string) => {
    const keys = Object.values(couponKeys(idOf(couponId)));
    const dump = "local all = {} for i, key in ipairs(KEYS) do all[i] = redis.call('DUMP', key) end return all";
    let copies: readonly (Buffer | null)[] = [];
    const copy = async () => {
      copies = (await redis.callBuffer("EVAL", dump, keys.length, ...keys)) as (Buffer | null)[];
    };
    const rewind = async () => {
      const all = redis.multi().del(...keys);
      for (const [index, value] of copies.entries()) if (value !== null) all.restore(keys[index] ?? "", 0, value);
      await all.exec();
    };
    return { copy, rewind };
  };

  it("goes back in time, twice: an insert that the database refuses finds it out", async () => {
    const { client } = await start();
    const couponId = `rewound-${randomUUID()}`;
    const { copy, rewind } = timeMachine(couponId);
    await expectPromisesUnder(client, { ...size, couponId }, [
      { after: 50, strike: copy },
      { after: 300, strike: rewind },
      { after: 1500, strike: rewind },
    ]);
  });

  // Proves: C4
  it("goes back in time when all have come: the sweeps find it out", async () => {
    const { client } = await start();
    const options = { shoppers: 600, coupons: 600, couponId: `silent-${randomUUID()}` };
    const { copy, rewind } = timeMachine(options.couponId);
    const drop = await rushUnder(client, options, [
      { after: 10, strike: copy },
      { after: 600, strike: rewind },
    ]);
    expect(await judge(client, drop, options)).toMatchObject({ broken: [] });
  });
});
