import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { engines } from "../support/backends.js";
import { type RedisEngine, startRedis } from "../support/engines/redis.js";
import { onEngines, startAndListen, startNode } from "../support/node.js";

const warningsAt = async (url: URL) => {
  const body = (await (await fetch(new URL("/readyz", url))).json()) as { status: string; warnings: readonly string[] };
  return { status: body.status, warnings: body.warnings };
};

describe.skipIf(!engines.database || !engines.redis)("a Redis that forgets", () => {
  let redis: RedisEngine;
  beforeAll(async () => {
    redis = await startRedis({ appendOnly: false });
  });
  afterAll(() => redis.stop());
  const warning = "redis appendonly: found no, wanted yes";

  it("is warned of, in the log and by /readyz, and the node is ready", async () => {
    const { url, lines } = await startAndListen(await onEngines(engines.database ?? "", redis.url));
    await expect.poll(() => warningsAt(url)).toEqual({ status: "ready", warnings: [warning] });
    const told = lines.filter(({ setting }) => setting !== undefined);
    expect(told).toEqual([
      expect.objectContaining({ level: 40, backend: "redis", setting: "appendonly", found: "no", wanted: "yes" }),
    ]);
  });

  it("is warned of when it comes, where it was away at the start", async () => {
    const settings = await onEngines(engines.database ?? "", redis.url);
    await redis.stop();
    const { url } = await startNode(settings);
    expect(await warningsAt(url)).toEqual({ status: "degraded", warnings: [] });
    await redis.restart();
    await expect.poll(() => warningsAt(url), { interval: 250 }).toEqual({ status: "ready", warnings: [warning] });
  });
});
