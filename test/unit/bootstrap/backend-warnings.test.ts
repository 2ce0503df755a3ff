import { pino } from "pino";
import { describe, expect, it, onTestFinished } from "vitest";
import { BackendWarnings, type SettingsCheck } from "../../../src/bootstrap/backend-warnings.js";
import { readinessOf } from "../../../src/bootstrap/readiness.js";
import { DomainError } from "../../../src/domain/problem.js";

const policy = {
  setting: "maxmemory-policy",
  found: "allkeys-lru",
  wanted: "noeviction",
  risk: "queues go",
  where: ["10.0.0.7:6379"],
};
const away = new DomainError({ code: "engine-unavailable", engine: "redis" });

/** The warnings of these engines; lines are what the log has from `warn` up. */
const warningsOf = (...checks: readonly Partial<SettingsCheck>[]) => {
  const lines: Record<string, unknown>[] = [];
  const log = pino({ level: "warn" }, { write: (line: string) => void lines.push(JSON.parse(line)) });
  const all = checks.map((check) => ({ name: "redis", ping: async () => {}, faults: async () => [], ...check }));
  const warnings = new BackendWarnings(all, log, 1);
  onTestFinished(() => warnings.stop());
  warnings.start();
  return { warnings, lines };
};

describe("warnings of engines' settings", () => {
  it("name engine, setting, what was found and what is wanted, once", async () => {
    let asked = 0;
    const faults = async () => {
      asked += 1;
      return [policy, { ...policy, setting: "appendonly", found: "" }];
    };
    const { warnings, lines } = warningsOf({ faults });
    await expect.poll(() => warnings.all()).toHaveLength(2);
    expect(lines[0]).toMatchObject({ level: 40, backend: "redis", ...policy, msg: "unsafe backend setting" });
    // What is public names no host.
    expect(warnings.all()).toEqual([
      "redis maxmemory-policy: found allkeys-lru, wanted noeviction",
      "redis appendonly: found nothing, wanted noeviction",
    ]);
    await warnings.stop();
    expect([asked, lines.length]).toEqual([1, 2]);
  });

  it("come once an engine that was away answers, and wait for no other", async () => {
    let [isAway, pings] = [true, 0];
    const ping = async () => {
      pings += 1;
      if (isAway) throw away;
    };
    const { warnings, lines } = warningsOf({ ping, faults: async () => [policy] }, { faults: async () => [policy] });
    await expect.poll(() => pings).toBeGreaterThan(3);
    expect(warnings.all()).toHaveLength(1);
    isAway = false;
    await expect.poll(() => warnings.all()).toHaveLength(2);
    expect(lines).toHaveLength(2);
  });

  it("do not come from an engine that does not tell, which is no failure", async () => {
    let asked = 0;
    const faults = async () => {
      asked += 1;
      throw new Error("SHOW command denied to user");
    };
    const { warnings, lines } = warningsOf({ faults });
    await expect.poll(() => asked).toBe(1);
    await warnings.stop();
    expect([warnings.all(), lines, asked]).toEqual([[], [], 1]);
  });

  it("stand in the readiness, and change no status", async () => {
    const ready = readinessOf(
      [{ name: "database", ping: async () => {} }],
      () => [],
      () => ["a warning"],
    );
    expect(await ready()).toEqual({
      status: "ready",
      checks: { database: "ok", consumers: "ok" },
      warnings: ["a warning"],
    });
  });
});
