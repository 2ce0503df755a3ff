import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type RedisServer, startRedis } from "../support/backend-servers/redis.js";
import { backendUrls } from "../support/backends.js";
import { settingsOnBackends, startNode, startWithLog } from "../support/node.js";

const readinessAt = async (url: URL) => {
  const body = (await (await fetch(new URL("/readyz", url))).json()) as { status: string; warnings: readonly string[] };
  return { status: body.status, warnings: body.warnings };
};

describe.skipIf(!backendUrls.database || !backendUrls.redis)("a Redis without append-only file", () => {
  let redis: RedisServer;
  beforeAll(async () => {
    redis = await startRedis({ appendOnly: false });
  });
  afterAll(() => redis.stop());
  const warning = "redis appendonly: found no, wanted yes";

  it("causes a warning in the log and in /readyz, and the node is ready", async () => {
    const { url, lines } = await startWithLog(await settingsOnBackends(backendUrls.database ?? "", redis.url));
    await expect.poll(() => readinessAt(url)).toEqual({ status: "ready", warnings: [warning] });
    expect(lines.filter(({ setting }) => setting !== undefined)).toEqual([
      expect.objectContaining({ level: 40, backend: "redis", setting: "appendonly", found: "no", wanted: "yes" }),
    ]);
  });

  it("causes a warning as soon as it is available, if it was not at the start", async () => {
    const settings = await settingsOnBackends(backendUrls.database ?? "", redis.url);
    await redis.stop();
    const { url } = await startNode(settings);
    expect(await readinessAt(url)).toEqual({ status: "degraded", warnings: [] });
    await redis.restart();
    await expect.poll(() => readinessAt(url), { interval: 250 }).toEqual({ status: "ready", warnings: [warning] });
  });
});
