import { onTestFinished } from "vitest";
import { startRedis } from "../support/engines/redis.js";
import type { Profile, Settings } from "../support/node.js";

/**
 * A profile's settings, with a Redis of this test's own where it has any: a board's keys bear no database's name, so
 * that on a shared one the products of another test's database would rank here.
 */
export const onOwnRedis = async ({ settings }: Profile): Promise<Settings> => {
  const given = await settings();
  if (given.REDIS_URL === undefined) return given;
  const redis = await startRedis();
  onTestFinished(() => redis.stop());
  return { ...given, REDIS_URL: redis.url };
};
