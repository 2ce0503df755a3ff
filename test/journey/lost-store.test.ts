import { randomUUID } from "node:crypto";
import { Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { checkDrop } from "../../bench/rehearsal/drop-promises.js";
import { couponKeys } from "../../src/adapters/redis/redis-keys.js";
import { type RedisServer, startRedis } from "../support/backend-servers/redis.js";
import { backendUrls } from "../support/backends.js";
import { couponId as idOf } from "../support/coupon-data.js";
import { expectDropSurvives, runDropWithFaults } from "../support/drop-with-faults.js";
import { settingsOnBackends, startNode } from "../support/node.js";

describe.skipIf(!backendUrls.database || !backendUrls.redis)("data loss of Redis during a drop", () => {
  let server: RedisServer;
  let redis: Redis;
  beforeAll(async () => {
    server = await startRedis({ appendOnly: false });
    redis = new Redis(server.url);
  });
  afterAll(async () => {
    redis.disconnect();
    await server.stop();
  });

  const size = { shoppers: 2000, coupons: 500 };
  const start = async () => startNode(await settingsOnBackends(backendUrls.database ?? "", server.url));

  // Proves: C1
  it("keeps all promises when Redis loses everything twice", async () => {
    const { client } = await start();
    const flush = () => redis.flushall();
    await expectDropSurvives(client, { ...size, couponId: `flushed-${randomUUID()}` }, [
      { after: 50, inject: flush },
      { after: 400, inject: flush },
    ]);
  });

  /** `copy` saves the coupon's store at one instant, and `restore` brings it back. */
  const backupOf = (couponId: string) => {
    const keys = Object.values(couponKeys(idOf(couponId)));
    const dump = "local all = {} for i, key in ipairs(KEYS) do all[i] = redis.call('DUMP', key) end return all";
    let copies: readonly (Buffer | null)[] = [];
    const copy = async () => {
      copies = (await redis.callBuffer("EVAL", dump, keys.length, ...keys)) as (Buffer | null)[];
    };
    const restore = async () => {
      const commands = redis.multi().del(...keys);
      for (const [index, value] of copies.entries()) if (value !== null) commands.restore(keys[index] ?? "", 0, value);
      await commands.exec();
    };
    return { copy, restore };
  };

  it("detects a restored older copy by an insert that the database rejects", async () => {
    const { client } = await start();
    const couponId = `restored-${randomUUID()}`;
    const { copy, restore } = backupOf(couponId);
    await expectDropSurvives(client, { ...size, couponId }, [
      { after: 50, inject: copy },
      { after: 300, inject: restore },
      { after: 1500, inject: restore },
    ]);
  });

  // Proves: C4
  it("detects a restored older copy by the sweeper after all shoppers have claimed", async () => {
    const { client } = await start();
    const options = { shoppers: 600, coupons: 600, couponId: `idle-${randomUUID()}` };
    const { copy, restore } = backupOf(options.couponId);
    const drop = await runDropWithFaults(client, options, [
      { after: 10, inject: copy },
      { after: 600, inject: restore },
    ]);
    expect(await checkDrop(client, drop, options)).toMatchObject({ broken: [] });
  });
});
