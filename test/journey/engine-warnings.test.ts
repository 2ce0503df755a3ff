import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { engines } from "../support/backends.js";
import { type RedisEngine, startRedis } from "../support/engines/redis.js";
import { onEngines, type Settings, startNode } from "../support/node.js";

type Line = Readonly<Record<string, unknown>>;

const warningsAt = async (url: URL) => {
  const body = (await (await fetch(new URL("/readyz", url))).json()) as { status: string; warnings: readonly string[] };
  return { status: body.status, warnings: body.warnings };
};

/** A service whose log can be read; its address is in the line at start. */
const startAndListen = async (settings: Settings) => {
  const lines: Line[] = [];
  const child = spawn(process.execPath, ["dist/bootstrap/main.js"], {
    env: { ...process.env, PORT: "0", ...settings },
    stdio: ["ignore", "pipe", "inherit"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  createInterface({ input: child.stdout }).on("line", (line) => lines.push(JSON.parse(line)));
  const started = () => lines.find(({ address }) => address !== undefined);
  await expect.poll(started, { timeout: 20_000 }).toBeDefined();
  return { url: new URL(String(started()?.address)), lines };
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
      expect.objectContaining({ level: 40, engine: "redis", setting: "appendonly", found: "no", wanted: "yes" }),
    ]);
  });

  it("is warned of when it comes, where it was away at the start", async () => {
    const settings = await onEngines(engines.database ?? "", redis.url);
    await redis.stop();
    const { url } = await startNode(settings);
    expect(await warningsAt(url)).toEqual({ status: "degraded", warnings: [] });
    await redis.restart();
    await expect
      .poll(() => warningsAt(url), { timeout: 20_000, interval: 250 })
      .toEqual({ status: "ready", warnings: [warning] });
  });
});
