import { pino } from "pino";
import { describe, expect, it, onTestFinished } from "vitest";
import { BackendWarnings, type SettingsCheck } from "../../../src/bootstrap/backend-warnings.js";
import { readinessOf } from "../../../src/bootstrap/readiness.js";
import { DomainError } from "../../../src/domain/problem.js";

const policy = {
  setting: "maxmemory-policy",
  found: "allkeys-lru",
  wanted: "noeviction",
  risk: "queues are evicted",
  where: ["10.0.0.7:6379"],
};
const unavailable = new DomainError({ code: "engine-unavailable", engine: "redis" });

/** Checks these backends. `lines` are the log's lines of level `warn` and above. */
const warningsOf = (...checks: readonly Partial<SettingsCheck>[]) => {
  const lines: Record<string, unknown>[] = [];
  const log = pino({ level: "warn" }, { write: (line: string) => void lines.push(JSON.parse(line)) });
  const all = checks.map((check) => ({ name: "redis", ping: async () => {}, faults: async () => [], ...check }));
  const warnings = new BackendWarnings(all, log, 1);
  onTestFinished(() => warnings.stop());
  warnings.start();
  return { warnings, lines };
};

describe("BackendWarnings", () => {
  it("reports backend, setting, found and wanted value once", async () => {
    let reads = 0;
    const faults = async () => {
      reads += 1;
      return [policy, { ...policy, setting: "appendonly", found: "" }];
    };
    const { warnings, lines } = warningsOf({ faults });
    await expect.poll(() => warnings.all()).toHaveLength(2);
    expect(lines[0]).toMatchObject({ level: 40, backend: "redis", ...policy, msg: "unsafe backend setting" });
    // The lines of /readyz name no host.
    expect(warnings.all()).toEqual([
      "redis maxmemory-policy: found allkeys-lru, wanted noeviction",
      "redis appendonly: found nothing, wanted noeviction",
    ]);
    await warnings.stop();
    expect([reads, lines.length]).toEqual([1, 2]);
  });

  it("checks an unavailable backend when it is available, and does not delay the other checks", async () => {
    let [isUnavailable, pings] = [true, 0];
    const ping = async () => {
      pings += 1;
      if (isUnavailable) throw unavailable;
    };
    const { warnings, lines } = warningsOf({ ping, faults: async () => [policy] }, { faults: async () => [policy] });
    await expect.poll(() => pings).toBeGreaterThan(3);
    expect(warnings.all()).toHaveLength(1);
    isUnavailable = false;
    await expect.poll(() => warnings.all()).toHaveLength(2);
    expect(lines).toHaveLength(2);
  });

  it("does not retry or warn if the settings may not be read", async () => {
    let reads = 0;
    const faults = async () => {
      reads += 1;
      throw new Error("SHOW command denied to user");
    };
    const { warnings, lines } = warningsOf({ faults });
    await expect.poll(() => reads).toBe(1);
    await warnings.stop();
    expect([warnings.all(), lines, reads]).toEqual([[], [], 1]);
  });

  it("adds warnings to the readiness without changing its status", async () => {
    const ready = readinessOf(
      async () => new Map([["database", undefined]]),
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
